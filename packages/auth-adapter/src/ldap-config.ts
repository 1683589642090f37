import LdapAuth from 'ldapauth-fork';
import { z } from 'zod';
import type { LdapConfig } from './config.ts';
import { isWithin } from './dn.ts';
import type { EnvReader } from './env-reader.ts';
import { certificateFile, choice, distinguishedName, flag, port, secret } from './env-value.ts';
import { hostList, ldapUrl } from './ldap-host.ts';
import { isLoopback } from './web-address.ts';

const tlsChoice = choice(['off', 'starttls', 'ldaps'], {
  true: 'ldaps',
  on: 'ldaps',
  ssl: 'ldaps',
  tls: 'starttls',
  none: 'off',
  false: 'off',
});

/** Reads the variables of direct LDAP sign-in. Undefined when the reader holds problems of them. */
export function readLdapConfig(reader: EnvReader): LdapConfig | undefined {
  const problemsBefore = reader.problems.length;
  const hosts = reader.read('LDAP_HOST', hostList, { example: 'localhost', fallback: [{ host: 'localhost' }] });
  const local = hosts?.every(({ host }) => isLoopback(host)) ?? true;
  const allowPlaintext = reader.read('DANGEROUSLY_ALLOW_PLAINTEXT_LDAP', flag, { example: 'false', fallback: false });
  const clearTextIsSafe = local || allowPlaintext === true;
  const tls = reader.read('LDAP_TLS', tlsChoice, {
    example: 'starttls',
    fallback: clearTextIsSafe ? 'off' : 'starttls',
  });
  if (tls === 'off' && !clearTextIsSafe) {
    const remote = hosts?.find(({ host }) => !isLoopback(host))?.host;
    reader.report(
      'LDAP_TLS',
      `is off, which would send every password in clear to ${remote}; use starttls or ldaps. ` +
        'On a network where that is acceptable, DANGEROUSLY_ALLOW_PLAINTEXT_LDAP=true allows it.',
      'starttls',
    );
  }
  const defaultPort = reader.read('LDAP_PORT', port, { example: '1389', fallback: tls === 'ldaps' ? 1636 : 1389 });
  const ca = reader.read('LDAP_CA_FILE', certificateFile, { example: './ca.pem', optional: true });
  const root = reader.read('LDAP_ROOT', distinguishedName, {
    example: 'dc=example,dc=org',
    fallback: 'dc=example,dc=org',
  });
  const userBase = readBase(reader, 'LDAP_USER_BASE', 'ou=users', root);
  const groupBase = readBase(reader, 'LDAP_GROUP_BASE', 'ou=groups', root);
  const userFilter = reader.read('LDAP_USER_FILTER', filter('searchFilter'), {
    example: '(&(objectClass=person)(uid={{username}}))',
    optional: true,
    template: true,
  });
  const groupFilter = reader.read('LDAP_GROUP_FILTER', filter('groupSearchFilter'), {
    example: '(member={{dn}})',
    optional: true,
    template: true,
  });
  const nestedGroups = reader.read('LDAP_NESTED_GROUPS', flag, { example: 'true', fallback: false });
  const serviceAccount = readServiceAccount(reader);

  if (
    reader.problems.length > problemsBefore ||
    hosts === undefined ||
    defaultPort === undefined ||
    userBase === undefined ||
    groupBase === undefined
  ) {
    return undefined;
  }
  return {
    mode: 'ldap',
    urls: hosts.map((host) => ldapUrl(tls === 'ldaps' ? 'ldaps' : 'ldap', host, defaultPort)),
    starttls: tls === 'starttls',
    allowPlaintext: allowPlaintext === true,
    ...(ca === undefined ? {} : { ca }),
    userBase,
    ...(userFilter === undefined ? {} : { userFilter }),
    groupBase,
    ...(groupFilter === undefined ? {} : { groupFilter }),
    nestedGroups: nestedGroups === true,
    ...(serviceAccount === undefined ? {} : { serviceAccount }),
  };
}

/** A filter that the engine accepts, which includes that it has a placeholder. */
function filter(option: 'searchFilter' | 'groupSearchFilter'): z.ZodType<string, string> {
  const placeholder = option === 'searchFilter' ? '{{username}}' : '{{dn}} or {{username}}';
  return z.string().refine((text) => {
    const filters = { searchFilter: '(uid={{username}})', groupSearchFilter: '(member={{dn}})', [option]: text };
    try {
      LdapAuth.validate({ url: 'ldap://127.0.0.1', searchBase: '', groupSearchBase: 'ou=groups', ...filters });
      return true;
    } catch {
      return false;
    }
  }, `is not an LDAP filter (RFC 4515) with ${placeholder} in it.`);
}

function readBase(reader: EnvReader, name: string, rdn: string, root: string | undefined): string | undefined {
  const example = `${rdn},${root ?? 'dc=example,dc=org'}`;
  const base = reader.read(name, distinguishedName, { example, fallback: example });
  if (base !== undefined && root !== undefined && !isWithin(base, root)) {
    reader.report(name, `lies outside LDAP_ROOT, which is ${root}; write the whole distinguished name.`, example);
  }
  return base;
}

/** The app never binds as the directory's administrator by itself: the tutorial's directory is read anonymously. */
function readServiceAccount(reader: EnvReader): LdapConfig['serviceAccount'] {
  if (reader.text('LDAP_BIND_DN') === undefined && reader.text('LDAP_BIND_PASSWORD') === undefined) {
    return undefined;
  }
  const dn = reader.read('LDAP_BIND_DN', distinguishedName, {
    example: 'cn=reader,dc=example,dc=org',
    whenMissing: 'is not set, but LDAP_BIND_PASSWORD is; set both, or neither to read the directory anonymously.',
  });
  // A bind with a name and no password is an anonymous one in disguise (RFC 4513 section 5.1.2).
  const password = reader.read('LDAP_BIND_PASSWORD', secret, {
    example: 'the-password-of-that-entry',
    secret: true,
    whenMissing: 'is not set, but LDAP_BIND_DN is; set both, or neither to read the directory anonymously.',
  });
  return dn === undefined || password === undefined ? undefined : { dn, password };
}
