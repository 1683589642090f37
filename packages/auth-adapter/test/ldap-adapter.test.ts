import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { describeAdapterContract, type Subject } from './adapter-contract.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { startTlsFront } from './tls-front.ts';

describeAdapterContract('ldap', async (): Promise<Subject> => {
  const directory = await startDirectory({ personas: true });
  const folder = mkdtempSync(join(tmpdir(), 'ldap-adapter-'));
  const port = Number(new URL(directory.url).port);
  const authority = createCertificateAuthority();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.caPem);
  const expired = await startTlsFront(authority.issue({ names: ['localhost'], expired: true }), port);
  const misnamed = await startTlsFront(authority.issue({ names: ['ldap.example.org'] }), port);
  const overTls = (tlsPort: number, file: string) => ({
    LDAP_HOST: 'localhost',
    LDAP_TLS: 'ldaps',
    LDAP_PORT: String(tlsPort),
    LDAP_CA_FILE: file,
  });

  return {
    env: { AUTH_MODE: 'ldap', LDAP_HOST: '127.0.0.1', LDAP_PORT: String(port) },
    user01: {
      usernames: ['user01', 'User1', 'USER01', 'user01@example.com'],
      identity: {
        username: 'user01',
        displayName: 'User1',
        email: 'user01@example.com',
        dn: 'cn=user01,ou=users,dc=example,dc=org',
        groups: ['allusers'],
        mode: 'ldap',
      },
    },
    password: 'password1',
    people: {
      hostile: {
        parentheses: 'paren(thesis)',
        'parentheses in the cn': 'Paula (Thesis)',
        'a comma': 'Comma, Carla',
        'a backslash': 'back\\slash',
        'a replacement pattern': "$'",
        'a star': 'star*',
        'UTF-8': 'zoë',
        'UTF-8 of four bytes': 'Zoë Müller 日本 😀',
        'a plus sign': 'plus+minus',
        'a plus sign in the mail': 'plus+tag@example.com',
        quotes: 'quote',
        'a number sign': '#hash',
        markup: '<script>alert(1)</script>',
      },
      locked: 'locked',
      mustChange: 'must-change',
      ambiguous: 'twins@example.com',
    },
    broken: {
      wrongBase: { LDAP_USER_BASE: 'ou=people,dc=example,dc=org' },
      wrongServicePassword: {
        LDAP_BIND_DN: 'cn=reader,ou=services,dc=example,dc=org',
        LDAP_BIND_PASSWORD: 'S3rvice-wrong',
      },
      expiredCertificate: overTls(expired.port, caFile),
      wrongNameInCertificate: overTls(misnamed.port, caFile),
      untrustedCertificate: overTls(Number(new URL(directory.ldapsUrl).port), caFile),
      nobodyThere: { LDAP_PORT: '1' },
    },
    servicePassword: 'S3rvice-wrong',
    stop: directory.stop,
    start: directory.start,
    pause: directory.pause,
    resume: directory.resume,
    close: async () => {
      await expired.close();
      await misnamed.close();
      await directory.remove();
      rmSync(folder, { recursive: true });
    },
  };
});
