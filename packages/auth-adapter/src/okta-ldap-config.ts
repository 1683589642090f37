import { z } from 'zod';
import type { OktaLdapConfig } from './config.ts';
import { escapeDnValue } from './dn.ts';
import type { EnvReader } from './env-reader.ts';
import { certificateFile, choice, distinguishedName, port, secret } from './env-value.ts';
import { ldapUrl, singleHost } from './ldap-host.ts';
import { type OktaOrg, readOktaOrg } from './okta-org.ts';

const ldapId = z
  .string()
  .refine((text) => !text.includes('/'), 'is an address; only the part after /instance/ is the id.')
  .refine((text) => /^[A-Za-z0-9_-]+$/.test(text), 'is not an id of letters and digits.');

const login = z
  .string()
  .refine((text) => !/=.*,/.test(text), 'is a distinguished name; write the login alone.')
  .max(256, 'is longer than any Okta login.');

const emailDomain = z
  .string()
  .regex(/^[a-z0-9-]+(?:\.[a-z0-9-]+)*$/i, 'is not a domain; it is what follows the @ of a login.');

/** Reads the variables of sign-in through Okta's LDAP Interface. Undefined when the reader holds problems of them. */
export function readOktaLdapConfig(reader: EnvReader): OktaLdapConfig | undefined {
  const problemsBefore = reader.problems.length;
  const org = readOktaOrg(reader, ['OKTA_LDAP_HOST', 'OKTA_LDAP_BASE']);
  const host = reader.read(
    'OKTA_LDAP_HOST',
    singleHost,
    derived(org, 'integrator-1234567.ldap.okta.com', org?.ldap?.host),
  );
  const ldapPort = reader.read('OKTA_LDAP_PORT', port, { example: '636', fallback: org?.ldap?.port ?? 636 });
  const base = reader.read(
    'OKTA_LDAP_BASE',
    distinguishedName,
    derived(org, 'dc=integrator-1234567,dc=okta,dc=com', org?.ldap?.base),
  );
  const ca = reader.read('OKTA_LDAP_CA_FILE', certificateFile, { example: './ca.pem', optional: true });
  const username = reader.read('OKTA_LDAP_USERNAME', login, { example: 'ldap-user' });
  const password = reader.read('OKTA_LDAP_PASSWORD', secret, { example: 'the-password-of-that-user', secret: true });
  const groups = reader.read('OKTA_LDAP_GROUPS', choice(['app', 'all']), { example: 'app', fallback: 'app' });
  const id = reader.read('OKTA_LDAP_ID', ldapId, {
    example: '0oa6qvmxznVl4KFXe5d7',
    optional: groups === 'all',
    whenMissing:
      'is not set; it is the part after /instance/ in the address of the LDAP integration in the Admin Console ' +
      '(with OKTA_LDAP_GROUPS=all it is not needed).',
  });
  const domain = reader.read('OKTA_LDAP_EMAIL_DOMAIN', emailDomain, { example: 'example.com', optional: true });

  if (
    reader.problems.length > problemsBefore ||
    host === undefined ||
    ldapPort === undefined ||
    base === undefined ||
    username === undefined ||
    password === undefined
  ) {
    return undefined;
  }
  return {
    mode: 'okta-ldap',
    urls: [ldapUrl('ldaps', { host }, ldapPort)],
    ...(ca === undefined ? {} : { ca }),
    userBase: `ou=users,${base}`,
    groupBase: groups === 'all' || id === undefined ? `ou=groups,${base}` : `cn=${id},ou=apps,ou=groups,${base}`,
    groupScope: groups === 'all' ? 'sub' : 'one',
    ...(domain === undefined ? {} : { emailDomain: domain }),
    serviceAccount: { dn: `uid=${escapeDnValue(username)},${base}`, password },
  };
}

/** A variable that follows from `OKTA_URL`. Where that one is wrong or missing, its own problem says enough. */
function derived(org: OktaOrg | undefined, example: string, fallback: string | undefined) {
  const whenMissing = 'is not set, and the custom domain in OKTA_URL does not tell it.';
  return { example, fallback, whenMissing, optional: org === undefined };
}
