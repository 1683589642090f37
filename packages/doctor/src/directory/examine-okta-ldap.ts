import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OktaLdapConfig, oktaLdapServer } from '@ldap-to-okta/auth-adapter';
import { httpRequest } from '@ldap-to-okta/okta-tools';
import { ok, type Verdict } from '../exam.ts';
import type { ModeExam } from '../mode-exam.ts';
import { statusOf } from '../org/people.ts';
import { checkBind } from './bind.ts';
import { explainGroupBase, explainNobody, explainNoGroups, noteOneLevel } from './okta-groups.ts';
import { checkBase, checkPerson, groupsOf, namesOf, type Place } from './people.ts';
import { reachDirectory } from './reach.ts';
import { asking, explainSearch, search } from './search.ts';
import { checkSignIn } from './sign-in.ts';

/** AUTH_MODE=okta-ldap, from the name of the LDAP Interface to the groups of one person. One bind, one connection. */
export function examineOktaLdap(modeExam: ModeExam, config: OktaLdapConfig): void {
  const { exam, section, env, values, org, user, password, api, timeoutMs } = modeExam;
  const ca = async (): Promise<string | undefined> =>
    config.ca ?? (org === 'local' ? await caOfLocalOkta(env.OKTA_URL ?? '', timeoutMs) : undefined);
  const session = reachDirectory({
    exam,
    section,
    mode: 'okta-ldap',
    urls: config.urls,
    fit: values.fit('OKTA_URL', 'OKTA_LDAP_HOST', 'OKTA_LDAP_PORT', 'OKTA_LDAP_CA_FILE'),
    tls: 'ldaps',
    ca,
    variables: { host: 'OKTA_LDAP_HOST', ca: 'OKTA_LDAP_CA_FILE' },
    start: 'npm start or AUTH_MODE=okta-ldap docker compose up',
    needsIpv4: org === 'real',
    timeoutMs,
  });
  const bound = section.check('okta-ldap.bind', 'service bind', async (use) => {
    await use(values.fit('OKTA_URL', 'OKTA_LDAP_BASE', 'OKTA_LDAP_USERNAME', 'OKTA_LDAP_PASSWORD'));
    const open = await use(session);
    const verdict = await checkBind(open, {
      ...config.serviceAccount,
      variables: { name: 'OKTA_LDAP_USERNAME and OKTA_LDAP_BASE', password: 'OKTA_LDAP_PASSWORD' },
      atOkta: true,
      lookUpStatus: async () => {
        const known = await api.passed;
        return 'value' in known ? statusOf(known.value, env.OKTA_LDAP_USERNAME ?? '') : undefined;
      },
    });
    return verdict.outcome === 'ok' ? { ...verdict, value: open } : (verdict as Verdict<never>); // it has no value
  });

  const { users, groups } = placesOf(config);
  section.check('okta-ldap.user-base', 'user base', async (use) => checkBase(await use(bound), users));
  const groupBase = section.check('okta-ldap.group-base', 'group base', async (use) => {
    await use(values.fit('OKTA_LDAP_ID', 'OKTA_LDAP_GROUPS'));
    const open = await use(bound);
    return asking<void>(async () => {
      const found = await search(open, { base: groups.base, scope: 'base' });
      if (found.ok && found.entries.length > 0) return ok(undefined, `${groups.base} is there`);
      if (found.ok || found.code === 32) return explainGroupBase(open, groups.base);
      return explainSearch(found, groups.base, groups.variable);
    });
  });
  const person = section.check('okta-ldap.user', 'user search', async (use) => {
    await use(values.fit('OKTA_LDAP_EMAIL_DOMAIN'));
    const open = await use(bound);
    return checkPerson(open, users, user.name, () => explainNobody(open, users, user));
  });
  section.check('okta-ldap.groups', 'group search', async (use) => {
    await use(groupBase);
    const [open, found] = [await use(bound), await use(person)];
    return asking<void>(async () => {
      const answer = await groupsOf(open, groups, found);
      if (!answer.ok) return explainSearch(answer, groups.base, groups.variable);
      if (answer.entries.length === 0) return explainNoGroups(open, groups, found);
      const note = config.groupScope === 'sub' ? noteOneLevel(answer.entries, groups.base) : '';
      return ok(undefined, `${found.typed} is in ${namesOf(answer.entries)}${note}`);
    });
  });
  if (password === undefined) return;
  section.check('okta-ldap.sign-in', 'own sign-in', async (use) => {
    const found = await use(person);
    const authority = config.ca !== undefined ? undefined : await ca();
    if (authority === undefined) return checkSignIn(env, found, password);
    const folder = mkdtempSync(join(tmpdir(), 'doctor-'));
    exam.atEnd(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'ca.pem');
    writeFileSync(file, authority);
    return checkSignIn({ ...env, OKTA_LDAP_CA_FILE: file }, found, password);
  });
}

/** `npm start` and docker compose hand the authority of Local Okta to the app; here it is asked for. */
async function caOfLocalOkta(oktaUrl: string, timeoutMs: number): Promise<string | undefined> {
  const answer = await httpRequest({ url: `${oktaUrl}/local/ldap-interface/ca.pem`, timeoutMs }).catch(() => undefined);
  return answer?.status === 200 && answer.text.includes('-----BEGIN CERTIFICATE-----') ? answer.text : undefined;
}

function placesOf(config: OktaLdapConfig): { readonly users: Place; readonly groups: Place } {
  const server = oktaLdapServer(config);
  return {
    users: {
      base: config.userBase,
      scope: server.searchScope ?? 'one',
      filter: String(server.searchFilter),
      variable: 'OKTA_LDAP_BASE',
    },
    groups: {
      base: config.groupBase,
      scope: config.groupScope,
      filter: String(server.groupSearchFilter),
      variable: 'OKTA_LDAP_ID or OKTA_LDAP_BASE',
    },
  };
}
