import { type LdapConfig, ldapServer } from '@ldap-to-okta/auth-adapter';
import { failed, ok, type Verdict, warning } from '../exam.ts';
import type { ModeExam } from '../mode-exam.ts';
import { checkBind } from './bind.ts';
import { checkBase, checkPerson, groupsOf, namesOf, type Place, searchFor } from './people.ts';
import { reachDirectory } from './reach.ts';
import { asking, explainSearch, search } from './search.ts';
import type { Session } from './session.ts';
import { checkSignIn } from './sign-in.ts';

/** AUTH_MODE=ldap, from the name of the directory to the groups of one person. */
export function examineLdap(
  { exam, section, env, values, user, password, timeoutMs }: ModeExam,
  config: LdapConfig,
): void {
  const [url = ''] = config.urls;
  const session = reachDirectory({
    exam,
    section,
    mode: 'ldap',
    urls: config.urls,
    fit: values.fit('LDAP_HOST', 'LDAP_PORT', 'LDAP_TLS', 'LDAP_CA_FILE', 'DANGEROUSLY_ALLOW_PLAINTEXT_LDAP'),
    tls: config.starttls ? 'starttls' : url.startsWith('ldaps:') ? 'ldaps' : 'off',
    ca: async () => config.ca,
    variables: { host: 'LDAP_HOST', ca: 'LDAP_CA_FILE' },
    start: 'npm start or docker compose up',
    needsIpv4: false,
    timeoutMs,
  });
  const bound = section.check('ldap.bind', 'service bind', async (use) => {
    await use(values.fit('LDAP_BIND_DN', 'LDAP_BIND_PASSWORD'));
    const open = await use(session);
    const { serviceAccount } = config;
    if (serviceAccount === undefined) return ok(open, 'none: the directory is read anonymously (LDAP_BIND_DN)');
    const verdict = await checkBind(open, {
      ...serviceAccount,
      variables: { name: 'LDAP_BIND_DN', password: 'LDAP_BIND_PASSWORD' },
      atOkta: false,
    });
    return verdict.outcome === 'ok' ? { ...verdict, value: open } : (verdict as Verdict<never>); // it has no value
  });

  const { users, groups } = placesOf(config);
  section.check('ldap.user-base', 'user base', async (use) => {
    await use(values.fit('LDAP_ROOT', 'LDAP_USER_BASE'));
    return checkBase(await use(bound), users);
  });
  const groupBase = section.check('ldap.group-base', 'group base', async (use) => {
    await use(values.fit('LDAP_ROOT', 'LDAP_GROUP_BASE'));
    return checkBase(await use(bound), groups);
  });
  const person = section.check('ldap.user', 'user search', async (use) => {
    await use(values.fit('LDAP_ROOT', 'LDAP_USER_BASE', 'LDAP_USER_FILTER'));
    const open = await use(bound);
    return checkPerson(open, users, user.name, () => explainNobody(open, users, user.name));
  });
  section.check('ldap.groups', 'group search', async (use) => {
    await use(values.fit('LDAP_GROUP_FILTER'));
    await use(groupBase);
    const [open, found] = [await use(bound), await use(person)];
    return asking<void>(async () => {
      const answer = await groupsOf(open, groups, found);
      if (!answer.ok) return explainSearch(answer, groups.base, groups.variable);
      if (answer.entries.length > 0) return ok(undefined, `${found.typed} is in ${namesOf(answer.entries)}`);
      return warning(
        undefined,
        `${found.typed} is in no group below ${groups.base}`,
        'If it should be in one, compare how the groups name their members with LDAP_GROUP_FILTER (memberUid, member, uniqueMember).',
      );
    });
  });
  if (password !== undefined) {
    section.check('ldap.sign-in', 'own sign-in', async (use) => checkSignIn(env, await use(person), password));
  }
}

function placesOf(config: LdapConfig): { readonly users: Place; readonly groups: Place } {
  const server = ldapServer(config);
  return {
    users: {
      base: config.userBase,
      scope: server.searchScope ?? 'sub',
      filter: String(server.searchFilter),
      variable: 'LDAP_ROOT or LDAP_USER_BASE',
    },
    groups: {
      base: config.groupBase,
      scope: server.groupSearchScope ?? 'sub',
      filter: String(server.groupSearchFilter),
      variable: 'LDAP_ROOT or LDAP_GROUP_BASE',
    },
  };
}

/** `user01@example.com` is a login at Okta; in a directory that person may be `user01` alone. */
async function explainNobody(session: Session, users: Place, typed: string): Promise<Verdict<never>> {
  const short = typed.split('@')[0] ?? typed;
  const found = short === typed ? undefined : await search(session, searchFor(users, short));
  return found?.ok && found.entries.length > 0
    ? failed(
        `nobody is ${typed} below ${users.base}, and ${short} is: ${found.entries[0]?.dn}`,
        `In this directory the name is ${short}; ${typed} is the login at Okta.`,
      )
    : failed(
        `nobody is ${typed} below ${users.base}`,
        'Name somebody who is there with --user, or correct LDAP_USER_BASE or LDAP_USER_FILTER.',
      );
}
