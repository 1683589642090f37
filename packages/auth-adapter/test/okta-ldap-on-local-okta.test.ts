import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createLocalOkta, type LocalOktaOptions } from '@ldap-to-okta/local-okta';
import { startLdapProxy } from '@ldap-to-okta/test-directory';
import { createAuthAdapter, type PasswordAuth } from '../src/index.ts';
import { describeAdapterContract, type Subject } from './adapter-contract.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { startTlsFront } from './tls-front.ts';

const BASE = 'dc=local,dc=okta,dc=com';
const TOKEN = '00testTokenOfTheAdministrator0000000000042';

const PASSWORD = 'Persona-2026';

const PEOPLE = ['user01', 'plus+tag', "dollar$'quote", 'star*', 'zoë', 'equals=sign', 'twin', 'hash#tag'];

/** An org with people and groups of its own; passwords are Okta's, so that no agent is needed. */
async function openLocalOkta(options: LocalOktaOptions = {}): Promise<Subject> {
  const okta = await createLocalOkta({
    memory: true,
    port: 0,
    ldapPort: 0,
    ldapsPort: 0,
    admin: { apiToken: TOKEN },
    ldapServicePassword: 'S3rvice-right',
    ldapIntegrationId: '0oa6qvmxznVl4KFXe5d7',
    rateLimits: false,
    ldapBindLimit: false,
    ...options,
  });
  const call = async (method: string, path: string, body?: object): Promise<{ readonly id: string }> => {
    const response = await fetch(new URL(path, okta.urls.okta), {
      method,
      headers: { authorization: `SSWS ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      await okta.close();
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    }
    return response.status === 204 ? { id: '' } : ((await response.json()) as { id: string }); // Okta's answer to a POST
  };
  const makeUser = (login: string, lastName: string): Promise<{ readonly id: string }> =>
    call('POST', '/api/v1/users?activate=true', {
      profile: { login, email: login, firstName: 'Given', lastName },
      credentials: { password: { value: PASSWORD } },
    });
  const hostile = await call('POST', '/api/v1/groups', { profile: { name: 'hostile' } });
  for (const [index, name] of PEOPLE.entries()) {
    const { id } = await makeUser(`${name}@example.com`, `Family${index}`);
    if (name !== 'user01') {
      await call('PUT', `/api/v1/groups/${hostile.id}/users/${id}`);
    }
  }
  await makeUser('twin@example.net', 'Twin');

  const folder = mkdtempSync(join(tmpdir(), 'okta-ldap-'));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const caFile = file('ca.pem', await (await fetch(new URL('/local/ldap-interface/ca.pem', okta.urls.okta))).text());
  const authority = createCertificateAuthority();
  const otherCaFile = file('other-ca.pem', authority.caPem);
  const relay = await startLdapProxy({
    target: { host: '127.0.0.1', port: Number(new URL(okta.urls.ldaps ?? '').port) },
  });
  const expired = await startTlsFront(authority.issue({ names: ['localhost'], expired: true }), relay.port);
  const misnamed = await startTlsFront(authority.issue({ names: ['acme.ldap.okta.com'] }), relay.port);
  const front = (port: number) => ({ OKTA_LDAP_PORT: String(port), OKTA_LDAP_CA_FILE: otherCaFile });

  return {
    env: {
      AUTH_MODE: 'okta-ldap',
      OKTA_LDAP_HOST: 'localhost',
      OKTA_LDAP_PORT: String(relay.port),
      OKTA_LDAP_CA_FILE: caFile,
      OKTA_LDAP_BASE: BASE,
      OKTA_LDAP_GROUPS: 'all',
      OKTA_LDAP_USERNAME: 'ldap-user',
      OKTA_LDAP_PASSWORD: 'S3rvice-right',
    },
    user01: {
      usernames: ['user01', 'user01@example.com', 'USER01'],
      identity: {
        username: 'user01@example.com',
        displayName: 'Given Family0',
        email: 'user01@example.com',
        dn: `uid=user01@example.com,ou=users,${BASE}`,
        groups: ['Everyone'],
        mode: 'okta-ldap',
      },
    },
    password: PASSWORD,
    people: {
      hostile: {
        'a plus sign': 'plus+tag@example.com',
        'a replacement pattern': "dollar$'quote",
        'a star': 'star*',
        'UTF-8': 'zoë',
        'an equals sign': 'equals=sign@example.com',
      },
      ambiguous: 'twin',
    },
    broken: {
      wrongBase: { OKTA_LDAP_GROUPS: 'app', OKTA_LDAP_ID: '0oaNobodysIntegration' },
      wrongServicePassword: { OKTA_LDAP_PASSWORD: 'S3rvice-wrong' },
      expiredCertificate: front(expired.port),
      wrongNameInCertificate: front(misnamed.port),
      untrustedCertificate: { OKTA_LDAP_CA_FILE: otherCaFile },
      nobodyThere: { OKTA_LDAP_PORT: '1' },
    },
    servicePassword: 'S3rvice-',
    stop: () => relay.refuse(),
    start: () => relay.resume(),
    pause: async () => relay.hang(),
    resume: () => relay.resume(),
    close: async () => {
      await Promise.all([expired.close(), misnamed.close(), relay.close()]);
      await okta.close();
      rmSync(folder, { recursive: true });
    },
  };
}

describeAdapterContract("okta-ldap, on Local Okta's LDAP Interface", openLocalOkta);

describe("the okta-ldap adapter under Okta's own limits", () => {
  let subject: Subject;
  let adapter: PasswordAuth;
  beforeAll(async () => {
    subject = await openLocalOkta({ ldapBindLimit: true, rateLimits: true });
    const made = createAuthAdapter(subject.env);
    if (made.kind !== 'password') {
      throw new Error('not an adapter with a form');
    }
    adapter = made;
  });
  afterAll(async () => {
    await adapter?.close();
    await subject?.close();
  });
  const signIn = (name: string) => adapter.authenticate({ username: `${name}@example.com`, password: PASSWORD });

  it('signs in more people in a second than the service user may bind', async () => {
    await adapter.ready();
    const names = PEOPLE.filter((name) => name !== 'user01' && name !== 'twin');
    const results = await Promise.all(names.map(signIn));
    expect(results.map(({ ok }) => ok)).toEqual(names.map(() => true));
  });

  it('serves everybody in a burst of one person, of whom Okta takes four binds a second', async () => {
    const results = await Promise.all(Array.from({ length: 6 }, () => signIn('user01')));
    expect(results.map(({ ok }) => ok)).toEqual(Array.from({ length: 6 }, () => true));
  });
});
