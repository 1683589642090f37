import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectory, type Directory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import type { UserStatus } from '../src/directory/user.ts';
import type { LocalOkta } from '../src/local-okta.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { call, startLocalOkta, testClock } from './local-okta-fixture.ts';

const OPERATIONS = [
  'activate',
  'reactivate',
  'deactivate',
  'suspend',
  'unsuspend',
  'unlock',
  'reset_password',
  'expire_password',
] as const;

/** By status and operation: the status after it, or the error. In the order of OPERATIONS. */
const TABLE: readonly (readonly [UserStatus, ...string[]])[] = [
  ['STAGED', 'ACTIVE', 'E0000038', 'DEPROVISIONED', 'E0000001', 'E0000001', 'E0000032', 'E0000017', 'E0000038'],
  [
    'PROVISIONED',
    'E0000016',
    'PROVISIONED',
    'DEPROVISIONED',
    'E0000001',
    'E0000001',
    'E0000032',
    'PROVISIONED',
    'E0000038',
  ],
  [
    'ACTIVE',
    'E0000016',
    'E0000038',
    'DEPROVISIONED',
    'SUSPENDED',
    'E0000001',
    'E0000032',
    'RECOVERY',
    'PASSWORD_EXPIRED',
  ],
  ['RECOVERY', 'E0000016', 'RECOVERY', 'DEPROVISIONED', 'E0000001', 'E0000001', 'E0000032', 'RECOVERY', 'E0000038'],
  [
    'PASSWORD_EXPIRED',
    'E0000016',
    'E0000038',
    'DEPROVISIONED',
    'E0000001',
    'E0000001',
    'E0000032',
    'RECOVERY',
    'E0000038',
  ],
  ['LOCKED_OUT', 'E0000016', 'E0000038', 'DEPROVISIONED', 'E0000001', 'E0000001', 'ACTIVE', 'RECOVERY', 'E0000038'],
  ['SUSPENDED', 'E0000016', 'E0000038', 'DEPROVISIONED', 'E0000001', 'ACTIVE', 'E0000032', 'E0000017', 'E0000038'],
  ['DEPROVISIONED', 'PROVISIONED', 'E0000038', 'E0000007', 'E0000001', 'E0000001', 'E0000032', 'E0000017', 'E0000038'],
];

const PASSWORD = 'Correct-Horse-9';

describe('the life cycle of a user, over the API', () => {
  let okta: LocalOkta;
  let made = 0;

  beforeAll(async () => {
    okta = await startLocalOkta();
  });
  afterAll(() => okta.close());

  /** Brings a new user into a status by the API's own means. */
  async function userIn(status: UserStatus): Promise<string> {
    made += 1;
    const login = `life${made}@example.com`;
    const profile = { login, email: login, firstName: 'Life', lastName: 'Cycle' };
    const credentials = status === 'PROVISIONED' ? {} : { password: { value: PASSWORD } };
    const activate = status !== 'STAGED';
    const { body } = await call(okta, 'POST', `/api/v1/users?activate=${activate}`, { profile, credentials });
    const lead = {
      SUSPENDED: 'suspend',
      DEPROVISIONED: 'deactivate',
      RECOVERY: 'reset_password',
      PASSWORD_EXPIRED: 'expire_password',
    };
    if (status in lead)
      await call(okta, 'POST', `/api/v1/users/${body.id}/lifecycle/${lead[status as keyof typeof lead]}`);
    if (status === 'LOCKED_OUT') {
      for (let attempt = 0; attempt < 10; attempt += 1) {
        const wrong = { oldPassword: { value: 'wrong' }, newPassword: { value: 'Another-Horse-9' } };
        await call(okta, 'POST', `/api/v1/users/${body.id}/credentials/change_password`, wrong);
      }
    }
    expect((await call(okta, 'GET', `/api/v1/users/${body.id}`)).body.status).toBe(status);
    return body.id;
  }

  it.each(TABLE)(
    'from %s each operation leads where Okta says, or is refused with its error',
    async (status, ...expected) => {
      // Who was refused is still in that status; bringing somebody there takes ten passwords at the worst.
      let refused: string | undefined;
      for (const [index, operation] of OPERATIONS.entries()) {
        const id = refused ?? (await userIn(status));
        const answer = await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/${operation}`);
        const after = (await call(okta, 'GET', `/api/v1/users/${id}`)).body.status;
        const want = expected[index] ?? '';
        if (want.startsWith('E')) expect([operation, answer.body.errorCode, after]).toEqual([operation, want, status]);
        else expect([operation, answer.status, after]).toEqual([operation, 200, want]);
        refused = after === status ? id : undefined;
      }
    },
  );

  // Tools of others look for these words: they take a refused suspension for a success where the user is suspended.
  it.each([
    ['suspend', 'STAGED', 400, 'Api validation failed: suspendUser', 'Cannot suspend a user that is not active'],
    [
      'unsuspend',
      'ACTIVE',
      400,
      'Api validation failed: unsuspendUser',
      'Cannot unsuspend a user that is not suspended',
    ],
    ['unlock', 'ACTIVE', 403, 'Unlock is not allowed for this user.', 'The user is not locked out.'],
    [
      'reset_password',
      'SUSPENDED',
      403,
      'Password reset failed',
      "Password reset is not allowed in the user's current status",
    ],
  ] as const)(
    'says why %s is refused to who is %s, in Okta’s words',
    async (operation, status, code, summary, cause) => {
      const answer = await call(okta, 'POST', `/api/v1/users/${await userIn(status)}/lifecycle/${operation}`);
      expect([answer.status, answer.body.errorSummary]).toEqual([code, summary]);
      expect(answer.body.errorCauses).toEqual([{ errorSummary: cause }]);
    },
  );

  it('shows somebody who is deactivated, and knows nobody there who could be changed', async () => {
    const id = await userIn('DEPROVISIONED');
    for (const [method, path, body] of [
      ['POST', '', { profile: { lastName: 'Changed' } }],
      ['PUT', '', { profile: { login: 'x@example.com', email: 'x@example.com', firstName: 'X', lastName: 'X' } }],
      ['POST', '', { credentials: { password: { value: 'Another-Horse-9' } } }],
      ['POST', '/lifecycle/deactivate', undefined],
    ] as const) {
      const answer = await call(okta, method, `/api/v1/users/${id}${path}`, body);
      expect([answer.status, answer.body.errorSummary]).toEqual([404, `Not found: Resource not found: ${id} (User)`]);
    }
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body).toMatchObject({
      status: 'DEPROVISIONED',
      profile: { lastName: 'Cycle' },
    });
    // Or a password set meanwhile would be good after the activation.
    expect((await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/activate`)).status).toBe(200);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('PROVISIONED');
  });

  it('makes ACTIVE with a password, PROVISIONED without, PASSWORD_EXPIRED where it must be changed, STAGED where asked', async () => {
    const create = async (query: string, credentials: object) => {
      made += 1;
      const login = `made${made}@example.com`;
      const profile = { login, email: login, firstName: 'Made', lastName: 'So' };
      return (await call(okta, 'POST', `/api/v1/users?${query}`, { profile, credentials })).body;
    };
    const password = { password: { value: PASSWORD } };
    expect(await create('', password)).toMatchObject({ status: 'ACTIVE', credentials: { password: {} } });
    expect((await create('', {})).status).toBe('PROVISIONED');
    expect((await create('nextLogin=changePassword', password)).status).toBe('PASSWORD_EXPIRED');
    expect(await create('activate=false', password)).toMatchObject({ status: 'STAGED', activated: null });
    expect(await create('', { provider: { type: 'LDAP', name: 'example.org' } })).toMatchObject({
      status: 'ACTIVE',
      credentials: { provider: { type: 'LDAP', name: 'example.org' } },
    });
  });

  it('deactivates at the first DELETE and deletes at the second', async () => {
    const id = await userIn('ACTIVE');
    expect((await call(okta, 'DELETE', `/api/v1/users/${id}`)).status).toBe(204);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('DEPROVISIONED');
    expect((await call(okta, 'DELETE', `/api/v1/users/${id}`)).status).toBe(204);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).status).toBe(404);
  });

  it('changes a password only for who knows the old one, and only to a good one', async () => {
    const id = await userIn('ACTIVE');
    const change = (oldPassword: string, newPassword: string) =>
      call(okta, 'POST', `/api/v1/users/${id}/credentials/change_password`, {
        oldPassword: { value: oldPassword },
        newPassword: { value: newPassword },
      });
    expect((await change('wrong', 'Another-Horse-9')).body.errorCode).toBe('E0000014');
    expect((await change(PASSWORD, 'short')).body.errorCode).toBe('E0000001');
    expect((await change(PASSWORD, 'Another-Horse-9')).status).toBe(200);
    expect((await change(PASSWORD, 'Third-Horse-9')).body.errorCode).toBe('E0000014');
    await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/suspend`);
    expect((await change('Another-Horse-9', 'Third-Horse-9')).body.errorCode).toBe('E0000035');
  });

  it('keeps its hands off a password that the LDAP directory keeps', async () => {
    const login = 'ldap-kept@example.com';
    const profile = { login, email: login, firstName: 'Ldap', lastName: 'Kept' };
    const credentials = { provider: { type: 'LDAP', name: 'example.org' } };
    const { body } = await call(okta, 'POST', '/api/v1/users', { profile, credentials });
    for (const operation of ['reset_password', 'expire_password']) {
      const answer = await call(okta, 'POST', `/api/v1/users/${body.id}/lifecycle/${operation}`);
      expect(answer.body.errorCode).toBe('E0000014');
    }
    const change = { credentials: { password: { value: PASSWORD } } };
    expect((await call(okta, 'POST', `/api/v1/users/${body.id}`, change)).body.errorCode).toBe('E0000014');
  });

  it('does not let the caller take away their own account, and keeps their token when they are locked out', async () => {
    for (const path of ['users/me/lifecycle/deactivate', 'users/me/lifecycle/suspend']) {
      expect((await call(okta, 'POST', `/api/v1/${path}`)).body.errorCode).toBe('E0000001');
    }
    expect((await call(okta, 'DELETE', '/api/v1/users/me')).body.errorCode).toBe('E0000001');
    const wrong = { oldPassword: { value: 'wrong' }, newPassword: { value: 'Another-Horse-9' } };
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await call(okta, 'POST', '/api/v1/users/me/credentials/change_password', wrong);
    }
    expect((await call(okta, 'GET', '/api/v1/users/me')).body.status).toBe('LOCKED_OUT');
    expect((await call(okta, 'POST', '/api/v1/users/me/lifecycle/unlock')).status).toBe(200);
  });

  it('gives a temporary password that has to be changed', async () => {
    const id = await userIn('ACTIVE');
    const { body } = await call(okta, 'POST', `/api/v1/users/${id}/lifecycle/expire_password?tempPassword=true`);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('PASSWORD_EXPIRED');
    const change = { oldPassword: { value: body.tempPassword }, newPassword: { value: 'Another-Horse-9' } };
    expect((await call(okta, 'POST', `/api/v1/users/${id}/credentials/change_password`, change)).status).toBe(200);
    expect((await call(okta, 'GET', `/api/v1/users/${id}`)).body.status).toBe('ACTIVE');
  });
});

describe('sign-ins in the directory', () => {
  let store: Store;
  let directory: Directory;

  beforeAll(() => {
    store = openStore({ schemas: [directorySchema] });
    directory = createDirectory({
      store,
      clock: testClock(),
      onListenerError(error) {
        throw error;
      },
    });
  });
  afterAll(() => store.close());

  it('locks a user out at the tenth failure in a row, and forgets failures at a success', async () => {
    const profile = { login: 'lock@example.com', email: 'lock@example.com', firstName: 'L', lastName: 'O' };
    const { id, lastUpdated } = await directory.users.create({ profile, password: PASSWORD });
    for (let attempt = 1; attempt <= 9; attempt += 1) directory.users.recordFailedSignIn(id);
    directory.users.recordSignIn(id);
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      expect(directory.users.recordFailedSignIn(id).status).toBe('ACTIVE');
    }
    expect(directory.users.recordFailedSignIn(id)).toMatchObject({ status: 'LOCKED_OUT', lastUpdated });
    expect(directory.users.transition(id, 'unlock')).toMatchObject({ status: 'ACTIVE', failedSignIns: 0 });
  });

  it('keeps no password that was set while somebody was being deactivated', async () => {
    const profile = { login: 'race@example.com', email: 'race@example.com', firstName: 'R', lastName: 'A' };
    const { id } = await directory.users.create({ profile, password: PASSWORD });
    const setting = directory.users.setPassword(id, 'Another-Horse-9');
    directory.users.transition(id, 'deactivate');
    await expect(setting).rejects.toMatchObject({ code: 'not-found' });
    expect(directory.users.transition(id, 'activate')).toMatchObject({ status: 'PROVISIONED', hasPassword: false });
  });

  it('stores a hash with its salt, never the password, and knows the password in either Unicode form', async () => {
    const profile = { login: 'salt@example.com', email: 'salt@example.com', firstName: 'S', lastName: 'A' };
    const one = await directory.users.create({ profile, password: 'Gr\u00fcnkohl-1' });
    const rows = store.all<{ password: string | null }>('SELECT * FROM users');
    expect(JSON.stringify(rows)).not.toContain('kohl');
    expect(rows.at(-1)?.password).toMatch(/^scrypt\$16384\$8\$1\$/);
    expect(await directory.users.verifyPassword(one.id, 'Gru\u0308nkohl-1')).toBe(true);
    expect(await directory.users.verifyPassword(one.id, 'Gruenkohl-1')).toBe(false);
    expect(await directory.users.verifyPassword(undefined, 'Gr\u00fcnkohl-1')).toBe(false);
  });
});
