import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { createAuthAdapter, type Environment, type Identity, type Step } from '../src/index.ts';
import { describeAdapterContract, type Subject } from './adapter-contract.ts';
import { createCertificateAuthority } from './certificate-authority.ts';
import { startTlsFront } from './tls-front.ts';

const BASE = 'dc=okta,dc=example,dc=org';
const [tutorial, oktaTree] = ['../../../ldifs/users.ldif', 'fixtures/okta-tree.ldif'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

const user01: Identity = {
  username: 'user01@example.com',
  displayName: 'User1 Bar1',
  email: 'user01@example.com',
  dn: `uid=user01@example.com,ou=users,${BASE}`,
  groups: ['allusers'],
  mode: 'okta-ldap',
};

/** OpenLDAP with the tree of an Okta org: what the adapter asks and understands, not how Okta answers. */
async function openOktaTree(): Promise<Subject & { readonly plainPort: number }> {
  const directory = await startDirectory({ ldifFiles: [tutorial ?? '', oktaTree ?? ''] });
  const folder = mkdtempSync(join(tmpdir(), 'okta-ldap-adapter-'));
  const plainPort = Number(new URL(directory.url).port);
  const authority = createCertificateAuthority();
  const caFile = join(folder, 'ca.pem');
  writeFileSync(caFile, authority.caPem);
  const expired = await startTlsFront(authority.issue({ names: ['localhost'], expired: true }), plainPort);
  const misnamed = await startTlsFront(authority.issue({ names: ['acme.ldap.okta.com'] }), plainPort);
  const front = (port: number): Environment => ({ OKTA_LDAP_PORT: String(port), OKTA_LDAP_CA_FILE: caFile });

  return {
    env: {
      AUTH_MODE: 'okta-ldap',
      OKTA_LDAP_HOST: 'localhost',
      OKTA_LDAP_PORT: new URL(directory.ldapsUrl).port,
      OKTA_LDAP_CA_FILE: directory.caFile,
      OKTA_LDAP_BASE: BASE,
      OKTA_LDAP_ID: '0oa6qvmxznVl4KFXe5d7',
      OKTA_LDAP_USERNAME: 'ldap-user',
      OKTA_LDAP_PASSWORD: 'S3rvice-right',
    },
    user01: { usernames: ['user01', 'user01@example.com', 'USER01'], identity: user01 },
    password: 'password1',
    people: {
      hostile: {
        parentheses: 'paren(thesis)@example.com',
        'a plus sign': 'plus+tag@example.com',
        'a replacement pattern': "dollar$'quote",
        'a star': 'star*',
        'UTF-8': 'zoë',
        'no domain': 'logan',
      },
      locked: 'locked',
      mustChange: 'must-change@example.com',
      ambiguous: 'twin',
    },
    broken: {
      wrongBase: { OKTA_LDAP_ID: '0oaNobodysIntegration' },
      wrongServicePassword: { OKTA_LDAP_PASSWORD: 'S3rvice-wrong' },
      expiredCertificate: front(expired.port),
      wrongNameInCertificate: front(misnamed.port),
      untrustedCertificate: { OKTA_LDAP_CA_FILE: caFile },
      nobodyThere: { OKTA_LDAP_PORT: '1' },
    },
    plainPort,
    servicePassword: 'S3rvice-',
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
}

describeAdapterContract("okta-ldap, on OpenLDAP with an Okta org's tree", openOktaTree);

describe('the okta-ldap adapter', () => {
  let subject: Awaited<ReturnType<typeof openOktaTree>>;
  const folder = mkdtempSync(join(tmpdir(), 'okta-ldap-policy-'));
  beforeAll(async () => {
    subject = await openOktaTree();
  });
  afterAll(async () => {
    await subject?.close();
    rmSync(folder, { recursive: true });
  });

  async function signIn(changes: Environment, username: string, steps: Step[] = []) {
    const adapter = createAuthAdapter({ ...subject.env, ...changes });
    try {
      return adapter.kind === 'password'
        ? await adapter.authenticate({ username, password: 'password1' }, (step) => steps.push(step))
        : undefined;
    } finally {
      await adapter.close();
    }
  }

  it('asks only for the groups of the directory integration, one level below it', async () => {
    const steps: Step[] = [];
    expect(await signIn({}, 'user01', steps)).toEqual({ ok: true, identity: user01 });
    expect(steps).toContainEqual(
      expect.objectContaining({
        purpose: 'groups',
        base: `cn=0oa6qvmxznVl4KFXe5d7,ou=apps,ou=groups,${BASE}`,
        scope: 'one',
        filter: `(uniqueMember=uid=user01@example.com,ou=users,${BASE})`,
      }),
    );
  });

  it('asks for every group of the org where that is chosen', async () => {
    expect(await signIn({ OKTA_LDAP_GROUPS: 'all', OKTA_LDAP_ID: '' }, 'user01')).toMatchObject({
      identity: { groups: ['Everyone', 'allusers'] },
    });
  });

  it('binds as the service user below the base, and never looks for what Okta does not have', async () => {
    const steps: Step[] = [];
    await signIn({}, 'user01', steps);
    expect(steps).toContainEqual(
      expect.objectContaining({ kind: 'bind', purpose: 'service', dn: `uid=ldap-user,${BASE}`, outcome: 'ok' }),
    );
    const filters = steps.flatMap((step) => (step.kind === 'search' ? [step.filter] : []));
    expect(filters.join()).not.toMatch(/memberOf|memberUid|userPrincipalName|objectClass/i);
  });

  it('takes a short name for that of one domain where the domain is given', async () => {
    expect(await signIn({ OKTA_LDAP_EMAIL_DOMAIN: 'example.com' }, 'twin')).toMatchObject({
      ok: true,
      identity: { username: 'twin@example.com' },
    });
    expect(await signIn({ OKTA_LDAP_EMAIL_DOMAIN: 'example.net' }, 'user01')).toMatchObject({ ok: false });
  });

  it("tells a refusal by Okta's sign-on policy in the log, and to the person as any other", async () => {
    const authority = createCertificateAuthority();
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, authority.caPem);
    const front = await startTlsFront(authority.issue({ names: ['localhost'] }), subject.plainPort, (message) =>
      message.includes('password-that-policy-denies')
        ? refusal(message, 'Resource owner password credentials authentication denied by sign on policy.')
        : undefined,
    );
    try {
      const adapter = createAuthAdapter({
        ...subject.env,
        OKTA_LDAP_PORT: String(front.port),
        OKTA_LDAP_CA_FILE: caFile,
      });
      const result =
        adapter.kind === 'password' &&
        (await adapter.authenticate({ username: 'user01', password: 'password-that-policy-denies' }));
      expect(result).toEqual({ ok: false, reason: 'invalid-credentials', detail: 'denied-by-sign-on-policy' });
      await adapter.close();
    } finally {
      await front.close();
    }
  });
});

/** A bind response with code 49 for a bind request (RFC 4511 section 4.2.2); ids of the test fit one byte. */
function refusal(request: Buffer, text: string): Buffer {
  const header = (request[1] ?? 0) < 0x80 ? 2 : 2 + ((request[1] ?? 0) & 0x7f);
  const id = request.subarray(header, header + 3);
  const message = Buffer.from(text);
  const result = Buffer.concat([Buffer.from([0x0a, 1, 49, 0x04, 0, 0x04, message.length]), message]);
  return Buffer.concat([
    Buffer.from([0x30, id.length + 2 + result.length]),
    id,
    Buffer.from([0x61, result.length]),
    result,
  ]);
}
