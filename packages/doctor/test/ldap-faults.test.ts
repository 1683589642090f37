import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import {
  type OtherDirectory,
  startDirectory,
  startOtherDirectory,
  type TestDirectory,
} from '@ldap-to-okta/test-directory';
import { createCleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { envText } from './org.ts';
import { type Env, examine } from './run-doctor.ts';

const cleanUp = createCleanUp();
const hasIpv6 = Object.values(networkInterfaces()).some((found) => found?.some(({ address }) => address === '::1'));
let directory: TestDirectory;
let other: OtherDirectory;
let right: Env;
let caFile: string;
const authority = createCertificateAuthority();
const ports: Record<string, string> = {};

beforeAll(async () => {
  directory = await startDirectory({ personas: true });
  cleanUp.add(() => directory.remove());
  other = await startOtherDirectory({ flavour: 'active-directory' });
  cleanUp.add(() => other.close());
  const folder = mkdtempSync(join(tmpdir(), 'doctor-ldap-'));
  cleanUp.add(() => rmSync(folder, { recursive: true }));
  caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.caPem);
  const { port } = new URL(directory.url);
  right = { AUTH_MODE: 'ldap', LDAP_HOST: 'localhost', LDAP_PORT: port, DIRECTORY: 'as-configured' };

  const past = { notBefore: new Date('2020-01-01'), notAfter: new Date('2020-02-01') };
  const fronts = {
    expired: { tls: authority.issue(past) },
    future: { tls: authority.issue({ notBefore: new Date(Date.now() + 86_400_000) }) },
    misnamed: { tls: authority.issue({ names: ['ldap.example.org', '192.0.2.7'] }) },
    allWrong: {
      tls: createCertificateAuthority({ commonName: 'Strangers' }).issue({ names: ['other.test'], ...past }),
    },
    old: {
      tls: {
        ...authority.issue(),
        minVersion: 'TLSv1' as const,
        maxVersion: 'TLSv1.1' as const,
        ciphers: 'DEFAULT:@SECLEVEL=0',
      },
    },
    hanging: {},
    plain: {},
  };
  for (const [name, options] of Object.entries(fronts)) {
    const front = await startFront(cleanUp, options);
    if (name !== 'hanging') front.to(Number(port));
    ports[name] = String(front.port);
  }
});
afterAll(() => cleanUp.run());

async function fault(changes: Env, args: readonly string[] = []) {
  return examine({ file: envText({ ...right, ...changes }), args });
}
const failedWith = (words: RegExp) => [
  expect.objectContaining({ outcome: 'failed', says: expect.stringMatching(words), todo: expect.any(String) }),
];

describe('On the way to a directory, doctor recognises', () => {
  it('a name that leads nowhere', async () => {
    const examined = await fault({ LDAP_HOST: 'no-such-host.invalid', LDAP_TLS: 'ldaps' });
    expect(examined.of('ldap.name')).toEqual(
      failedWith(/no-such-host\.invalid.*\((?:ENOTFOUND|EAI_AGAIN|no answer in time)\)/),
    );
    expect(examined.of('ldap.groups')).toMatchObject([{ outcome: 'not checked', says: 'because “host name” failed' }]);
    expect(examined.code).toBe(1);
  });

  it('that nothing answers, and says how to start it', async () => {
    const examined = await fault({ LDAP_PORT: '1' });
    expect(examined.of('ldap.port')).toEqual(failedWith(/nothing answers at localhost:1$/));
    expect(examined.of('ldap.port')[0]?.todo).toMatch(/npm start or docker compose up/);
    expect(examined.code).toBe(1);
  });

  it('a port that accepts and says nothing', async () => {
    for (const [changes, id] of [
      [{ LDAP_TLS: 'ldaps', LDAP_CA_FILE: caFile }, 'ldap.tls'],
      [{ LDAP_TLS: 'starttls', LDAP_CA_FILE: caFile }, 'ldap.tls'],
      [{}, 'ldap.user-base'],
    ] as const) {
      const examined = await fault({ ...changes, LDAP_PORT: ports.hanging ?? '' }, ['--timeout', '1']);
      expect(examined.of(id)).toEqual(failedWith(/says nothing for 1 s|no answer within 1 s|no LDAP answer came/));
      expect(examined.code).toBe(1);
    }
  });

  // in some containers there is no IPv6 at all
  (hasIpv6 ? it : it.skip)('a listener that is there by IPv6 alone', async () => {
    const front = await startFront(cleanUp, { host: '::1' });
    front.to(Number(right.LDAP_PORT));
    const port = String(front.port);
    const byAddress = await fault({ LDAP_HOST: '127.0.0.1', LDAP_PORT: port });
    expect(byAddress.of('ldap.port')).toEqual(failedWith(/something listens at \[::1\]:\d+ alone/));
    expect(byAddress.code).toBe(1);
    const named = await fault({ LDAP_HOST: '::1', LDAP_PORT: port });
    expect(named.of('ldap.groups')).toMatchObject([{ outcome: 'ok' }]);
  });

  it.each<[string, string, RegExp, RegExp]>([
    ['an expired certificate', 'expired', /expired on 2020-02-01/, /renewed/],
    ['a certificate that is not valid yet', 'future', /valid from \d{4}-\d\d-\d\d only/, /clock/],
    [
      'a certificate for other names',
      'misnamed',
      /for ldap\.example\.org, 192\.0\.2\.7, and not for localhost/,
      /by a name/,
    ],
    ['TLS below 1.2', 'old', /speaks TLS 1\.1 at best/, /TLS 1\.2/],
    ['a port without TLS', 'plain', /speaks no TLS/, /LDAP_TLS=starttls/],
  ])('%s', async (_name, front, words, todo) => {
    const changes = { LDAP_TLS: 'ldaps', LDAP_CA_FILE: caFile, LDAP_PORT: ports[front] ?? '' };
    const examined = await fault(changes, ['--timeout', '2']);
    expect(examined.of('ldap.tls')).toEqual(failedWith(words));
    expect(examined.of('ldap.tls')[0]?.todo).toMatch(todo);
    expect(examined.of('ldap.bind')).toMatchObject([{ outcome: 'not checked', says: 'because “TLS” failed' }]);
    expect(examined.code).toBe(1);
  });

  it('an authority that is not trusted: which one, and what to set', async () => {
    const { port } = new URL(directory.ldapsUrl);
    const without = await fault({ LDAP_TLS: 'ldaps', LDAP_PORT: port });
    expect(without.of('ldap.tls')).toEqual(failedWith(/signed by “.+”, which this computer does not trust/));
    expect(without.of('ldap.tls')[0]?.todo).toMatch(/LDAP_CA_FILE/);
    for (const [tls, at] of [
      ['ldaps', port],
      ['starttls', right.LDAP_PORT],
    ] as const) {
      const another = await fault({ LDAP_TLS: tls, LDAP_PORT: at ?? '', LDAP_CA_FILE: caFile });
      expect(another.of('ldap.tls')).toEqual(failedWith(/signed by “.+”, and LDAP_CA_FILE holds “Local LDAP CA/));
      expect(another.code).toBe(1);
    }
  });

  it('several faults of one certificate at once', async () => {
    const examined = await fault({ LDAP_TLS: 'ldaps', LDAP_CA_FILE: caFile, LDAP_PORT: ports.allWrong ?? '' });
    expect(examined.of('ldap.tls')).toEqual(failedWith(/“Strangers .*expired on 2020-02-01.*for other\.test/));
  });

  it('a directory that refuses StartTLS', async () => {
    const { port } = new URL(other.url);
    const examined = await fault({ LDAP_TLS: 'starttls', LDAP_PORT: port, LDAP_CA_FILE: caFile });
    expect(examined.of('ldap.tls')).toEqual(failedWith(/refuses StartTLS|StartTLS with .* failed/));
    expect(examined.code).toBe(1);
  });

  it('which of several servers it is, and goes on with the one that answers', async () => {
    const examined = await fault({ LDAP_HOST: `127.0.0.1:1,127.0.0.1:${right.LDAP_PORT}` });
    expect(examined.of('ldap.port').map(({ outcome }) => outcome)).toEqual(['failed', 'ok']);
    expect(examined.of('ldap.groups')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.code).toBe(1);
  });
});

describe('In a directory, doctor recognises', () => {
  const reader = { LDAP_BIND_DN: 'cn=reader,ou=services,dc=example,dc=org', LDAP_BIND_PASSWORD: 'reader-password' };

  it('a service account that is let in', async () => {
    expect((await fault(reader)).of('ldap.bind')).toMatchObject([{ outcome: 'ok' }]);
  });

  it.each<[string, Env, RegExp]>([
    ['a wrong service password', { ...reader, LDAP_BIND_PASSWORD: 'S3cret-wrong' }, /wrong name or password \(49/],
    [
      'a service account that is not there',
      { ...reader, LDAP_BIND_DN: 'cn=nobody,dc=example,dc=org' },
      /wrong name or password|there is no/,
    ],
    [
      'a locked service account',
      { LDAP_BIND_DN: 'cn=locked,ou=users,dc=example,dc=org', LDAP_BIND_PASSWORD: 'password1' },
      /is locked by the directory's password policy/,
    ],
    [
      'one whose password has expired',
      { LDAP_BIND_DN: 'cn=expired,ou=users,dc=example,dc=org', LDAP_BIND_PASSWORD: 'password1' },
      /has expired/,
    ],
  ])('%s', async (_name, changes, words) => {
    const examined = await fault(changes);
    expect(examined.of('ldap.bind')).toEqual(failedWith(words));
    expect(examined.of('ldap.user')).toMatchObject([{ outcome: 'not checked' }]);
    expect(examined.code).toBe(1);
    expect(examined.stdout).not.toContain('S3cret-wrong');
  });

  it('bases that do not exist, each by its own line', async () => {
    const examined = await fault({ LDAP_GROUP_BASE: 'ou=nothing,dc=example,dc=org' });
    expect(examined.of('ldap.group-base')).toEqual(failedWith(/ou=nothing,dc=example,dc=org does not exist/));
    expect(examined.of('ldap.user')).toMatchObject([{ outcome: 'ok' }]);
    expect(examined.of('ldap.groups')).toMatchObject([{ outcome: 'not checked', says: 'because “group base” failed' }]);
    expect(examined.code).toBe(1);
  });

  it('somebody who is not there, and the login of Okta in a directory that knows the short name alone', async () => {
    expect((await fault({}, ['--user', 'nobody-of-that-name'])).of('ldap.user')).toEqual(
      failedWith(/nobody is nobody-of-that-name/),
    );
    const examined = await fault({ LDAP_USER_FILTER: '(uid={{username}})' }, ['--user', 'user01@example.com']);
    expect(examined.of('ldap.user')).toEqual(failedWith(/nobody is user01@example\.com .*, and user01 is/));
    expect(examined.of('ldap.user')[0]?.todo).toMatch(/the name is user01; user01@example.com is the login at Okta/);
    expect(examined.code).toBe(1);
  });

  it('names as they are, whatever letters they have', async () => {
    for (const name of ['paren(thesis)', '*', "dollar$'quote", 'zoë', ')(uid=*', '\\']) {
      const [line] = (await fault({}, ['--user', name])).of('ldap.user');
      expect(line?.says).not.toMatch(/entries|does not exist|refused/);
    }
  });

  it('two people of one name', async () => {
    const examined = await fault({}, ['--user', 'twins@example.com']);
    expect(examined.of('ldap.user')).toEqual(failedWith(/is the name of 2 entries/));
  });

  it('somebody in no group, as a warning', async () => {
    const examined = await fault({ LDAP_GROUP_FILTER: '(uniqueMember={{dn}})' });
    expect(examined.of('ldap.groups')).toMatchObject([
      { outcome: 'warning', says: expect.stringMatching(/in no group below/) },
    ]);
    expect(examined.code).toBe(0);
  });

  it('that nothing may be read without a bind', async () => {
    const { port } = new URL(other.url);
    const examined = await fault({
      LDAP_PORT: port,
      LDAP_ROOT: other.base,
      LDAP_USER_BASE: other.userBase,
      LDAP_GROUP_BASE: other.groupBase,
    });
    expect(examined.of('ldap.user-base')).toEqual(failedWith(/may not be read without a bind/));
    expect(examined.of('ldap.user-base')[0]?.todo).toMatch(/LDAP_BIND_DN/);
  });

  it('a directory that cuts a search short, and one that falls silent', async () => {
    const { port } = new URL(other.url);
    const env = {
      LDAP_PORT: port,
      LDAP_ROOT: other.base,
      LDAP_USER_BASE: other.userBase,
      LDAP_GROUP_BASE: other.groupBase,
      LDAP_BIND_DN: other.serviceDn,
      LDAP_BIND_PASSWORD: other.servicePassword,
    };
    other.misbehave('search', { kind: 'code', code: 4 });
    const short = await fault(env);
    other.behave();
    other.misbehave('search', { kind: 'silent' });
    const silent = await fault(env, ['--timeout', '1']);
    other.behave();
    expect(short.of('ldap.user')).toEqual(failedWith(/cut the search .* short \(4.*1000 entries/));
    expect(silent.of('ldap.user')).toEqual(failedWith(/no LDAP answer came/));
    expect(silent.code).toBe(1);
  });

  it('the wrong password of the sample user, by the sign-in of the app, and prints it nowhere', async () => {
    const examined = await examine({
      file: envText(right),
      env: { DOCTOR_PASSWORD: 'S3cret-guess' },
      args: ['--sign-in'],
    });
    expect(examined.of('ldap.sign-in')).toEqual(failedWith(/the password is wrong/));
    expect(examined.code).toBe(1);
    expect(examined.stdout + examined.stderr).not.toContain('S3cret-guess');
  });
});
