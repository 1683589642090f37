import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDirectory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore } from '../src/store/store.ts';
import { API_TOKEN, call, testClock } from './local-okta-fixture.ts';
import { type RunningProcess, run } from './process-fixture.ts';

let dataDir: string;
const processes: RunningProcess[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'local-okta-'));
});
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended();
  }
  rmSync(dataDir, { recursive: true });
});

function started(process: RunningProcess): RunningProcess {
  processes.push(process);
  return process;
}

describe('kill -9', () => {
  it('in the middle of an import leaves whole batches, and the next process goes on', async () => {
    const size = 50;
    let acknowledged = 0;
    for (let round = 1; round <= 4; round += 1) {
      const importing = started(run('test/endless-import.mjs', [dataDir, String(size)]));
      await importing.waitFor(/\n.*\n/);
      // At another point of a batch in each round: as many turns of the event loop as it happens to take.
      await new Promise((resolve) => setTimeout(resolve, round * 7));
      importing.child.kill('SIGKILL');
      await importing.ended();
      acknowledged = Number(/(\d+)\n[^\n]*$/.exec(importing.stdout())?.[1]);

      const store = openStore({ dataDir, schemas: [directorySchema] });
      try {
        expect(store.all('PRAGMA integrity_check')).toMatchObject([{ integrity_check: 'ok' }]);
        const directory = createDirectory({ store, clock: testClock(), onListenerError: () => undefined });
        const users = directory.users.count();
        expect(users % size).toBe(0);
        expect(users).toBeGreaterThanOrEqual(acknowledged);
        const records = store.get<{ n: number }>('SELECT count(*) AS n FROM app_users WHERE user_id IS NOT NULL');
        expect(records?.n).toBe(users);
      } finally {
        store.close();
      }
    }
  });

  it('loses nothing that the API has answered', async () => {
    const env = {
      LOCAL_OKTA_DATA_DIR: dataDir,
      PORT: '0',
      LOCAL_OKTA_LDAPS_PORT: '0',
      LOCAL_OKTA_LDAP_PORT: '0',
      LOCAL_OKTA_SETUP: 'manual',
      LOCAL_OKTA_API_TOKEN: API_TOKEN,
    };
    const start = async () => {
      const process = started(run('dist/main.js', [], env));
      const [, okta = ''] = await process.waitFor(/"okta":"([^"]+)"/);
      return { process, urls: { okta } };
    };
    const first = await start();
    const answered: string[] = [];
    const create = async (number: number): Promise<void> => {
      const login = `k${number}@example.com`;
      const profile = { login, email: login, firstName: 'K', lastName: 'K' };
      const answer = await call(first, 'POST', '/api/v1/users?activate=false', { profile });
      if (answer.status === 200) answered.push(login);
      if (answered.length === 40) first.process.child.kill('SIGKILL');
    };
    await Promise.allSettled(Array.from({ length: 120 }, (_, number) => create(number)));
    await first.process.ended();
    expect(answered.length).toBeGreaterThanOrEqual(40);

    const second = await start();
    const { body } = await call(second, 'GET', '/api/v1/users?limit=200');
    const present = new Set(body.map((user: { profile: { login: string } }) => user.profile.login));
    expect(answered.filter((login) => !present.has(login))).toEqual([]);
    const log = await call(
      second,
      'GET',
      `/api/v1/logs?limit=1000&filter=${encodeURIComponent('eventType eq "user.lifecycle.create"')}`,
    );
    expect(log.body.length).toBeGreaterThanOrEqual(answered.length);
  });
});
