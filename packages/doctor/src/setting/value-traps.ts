import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthMode, closestTo, type Environment, isLoopback } from '@ldap-to-okta/auth-adapter';
import { failed, ok, type Verdict, warning } from '../exam.ts';
import { isElsewhere, portOf } from './setting.ts';

/** Values that each can be read, and that do not go together or surprise somebody elsewhere. */
export function judgeTogether(mode: AuthMode, env: Environment): readonly Verdict<undefined>[] {
  const traps = { ldap: [], 'okta-ldap': oktaLdapTraps(env), oidc: oidcTraps(env) }[mode];
  return traps.length === 0 ? [ok(undefined, 'the variables go together')] : traps;
}

function oktaLdapTraps({ OKTA_URL = '', OKTA_LDAP_HOST, OKTA_LDAP_BASE }: Environment): readonly Verdict<undefined>[] {
  const traps: Verdict<undefined>[] = [];
  if (OKTA_LDAP_BASE !== undefined && /\s/.test(OKTA_LDAP_BASE.trim())) {
    traps.push({
      ...warning(
        undefined,
        'has spaces; the apps take them out, a shell and other programs stumble over them',
        `Write it without: OKTA_LDAP_BASE=${OKTA_LDAP_BASE.replace(/\s*([,=])\s*/g, '$1').trim()}`,
      ),
      subject: 'OKTA_LDAP_BASE',
    });
  }
  const [, org, domain] = /^https:\/\/([a-z0-9-]+)\.(okta(?:preview|-emea|-gov)?)\.com\/*$/i.exec(OKTA_URL) ?? [];
  if (org === undefined) return traps;
  const expected = { OKTA_LDAP_HOST: `${org}.ldap.${domain}.com`, OKTA_LDAP_BASE: `dc=${org},dc=${domain},dc=com` };
  const seen = { OKTA_LDAP_HOST, OKTA_LDAP_BASE: OKTA_LDAP_BASE?.replace(/\s*([,=])\s*/g, '$1') };
  for (const name of ['OKTA_LDAP_HOST', 'OKTA_LDAP_BASE'] as const) {
    if (seen[name] === undefined || seen[name].toLowerCase() === expected[name]) continue;
    traps.push({
      ...warning(undefined, `is not that of the org in OKTA_URL, ${org}`, `For that org: ${name}=${expected[name]}`),
      subject: name,
    });
  }
  return traps;
}

function oidcTraps(env: Environment): readonly Verdict<undefined>[] {
  const traps: Verdict<undefined>[] = [];
  const [okta, issuer, app] = [env.OKTA_URL, env.ISSUER, env.APP_BASE_URL].map((text) =>
    text !== undefined && URL.canParse(text) ? new URL(text) : undefined,
  );
  if (okta !== undefined && issuer !== undefined && okta.origin !== issuer.origin) {
    traps.push({
      ...warning(
        undefined,
        `is at ${issuer.origin}, and OKTA_URL is ${okta.origin}; names of one computer are different issuers`,
        `Unless that is a custom domain of the org: ISSUER=${okta.origin}${issuer.pathname.replace(/\/$/, '')}`,
      ),
      subject: 'ISSUER',
    });
  }
  if (app !== undefined && isLoopback(app.hostname) && (app.port || '80') !== String(portOf(env)) && !env.TRUST_PROXY) {
    traps.push({
      ...warning(
        undefined,
        `is ${app.origin}, and the app listens on port ${portOf(env)} (PORT)`,
        'Leave APP_BASE_URL out, or set PORT to the same port.',
      ),
      subject: 'APP_BASE_URL',
    });
  }
  return traps;
}

/** OKTA_ORG, and whether the other variables agree with it. */
export function judgeOrg(
  { OKTA_ORG, OKTA_URL, ISSUER }: Environment,
  org: 'local' | 'real',
): readonly Verdict<undefined>[] {
  if (OKTA_ORG !== undefined && OKTA_ORG !== 'local' && OKTA_ORG !== 'real') {
    return [failed(`OKTA_ORG is none of local, real`, 'For example: OKTA_ORG=local')];
  }
  const elsewhere = Object.entries({ OKTA_URL, ISSUER }).find(([, value]) => value !== undefined && isElsewhere(value));
  if (OKTA_ORG !== 'real' && elsewhere !== undefined) {
    const [name, address = ''] = elsewhere;
    return [
      failed(
        `${name} names ${new URL(address).host}, which is not on this computer, and OKTA_ORG is not real`,
        `Set OKTA_ORG=real: without it npm start refuses to start, and docker compose takes Local Okta.`,
      ),
    ];
  }
  return [ok(undefined, org === 'real' ? 'a real org, and its own LDAP agent' : 'Local Okta and the local LDAP agent')];
}

/** Names in the file that nothing reads: most are misspelled. */
export function judgeNames(root: string, file: Environment): readonly Verdict<undefined>[] {
  const text = readFileSync(join(root, '.env.example'), 'utf8');
  const known = [...text.matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name);
  const renamed: Readonly<Record<string, string>> = { OKTA_DOMAIN: 'OKTA_URL', OKTA_OAUTH2_ISSUER: 'ISSUER' };
  return Object.keys(file).flatMap((name) => {
    if (name === 'NODE_EXTRA_CA_CERTS') {
      return [
        {
          ...warning(undefined, 'is read by Node before .env is', 'Set it in the environment instead.'),
          subject: name,
        },
      ];
    }
    const meant = renamed[name] ?? (known.includes(name) ? undefined : closest(name, known));
    if (meant === undefined || known.includes(name)) return [];
    return [{ ...warning(undefined, 'is read by nothing here', `Did you mean ${meant}?`), subject: name }];
  });
}

const closest = (name: string, known: readonly string[]): string | undefined =>
  closestTo(
    name,
    known.map((one) => one.toLowerCase().replaceAll('_', '-')),
  )
    ?.replaceAll('-', '_')
    .toUpperCase();
