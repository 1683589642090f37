import { once } from 'node:events';
import { afterAll, describe, expect, it } from '@jest/globals';
import { createCleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { envText } from './org.ts';
import { type Env, freePorts, runHere, runProcess, spawnDoctor } from './run-doctor.ts';

const cleanUp = createCleanUp();
afterAll(() => cleanUp.run());
const nobody: Env = { AUTH_MODE: 'ldap', LDAP_HOST: '127.0.0.1', LDAP_PORT: '1', DIRECTORY: 'as-configured' };

describe('The command line', () => {
  it('explains itself', async () => {
    const run = await runProcess({ args: ['--help'] });
    expect(run).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^Usage: npm run doctor/) });
  });

  it.each([
    [['--nonsense'], /--nonsense/],
    [['--password', 'S3cret'], /--password/],
    [['S3cret'], /Unexpected argument/],
    [['--mode', 'saml'], /--mode is none of ldap, agent, okta-ldap, oidc, all/],
    [['--timeout', '0'], /1 to 60/],
    [['--user', ' '], /--user is empty/],
    [['--approval-link', 'code=1'], /not a web address/],
    [['--sign-in'], /DOCTOR_PASSWORD/],
  ])('that is wrong is one line and code 2: %j', async (args, words) => {
    const run = await runHere({ file: envText(nobody), args });
    expect(run.code).toBe(2);
    expect(run.stdout).toBe('');
    expect(run.stderr).toMatch(words);
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('ends with 1 where something failed, in words for people', async () => {
    const run = await runProcess({ file: envText(nobody), args: ['--user', 'user01'] });
    expect(run.code).toBe(1);
    expect(run.stderr).toBe('');
    expect(run.stdout).toMatch(/^This computer\n {2}ok {11}Node\.js {17}\d/);
    expect(run.stdout).toMatch(
      /\n {2}failed {7}port {20}nothing answers at 127\.0\.0\.1:1\n {39}→ Start it with npm start/,
    );
    expect(run.stdout).toMatch(/\n {2}not checked {2}group search {12}because “port” failed\n/);
    expect(run.stdout).toMatch(/\n\d+ ok, 1 failed, \d+ not checked\.\n$/);
    expect(run.stdout).not.toContain('\u001b');
  });

  it('uses colour on a terminal alone, never without the word, and not with NO_COLOR', async () => {
    const [file, args] = [envText(nobody), ['--mode', 'ldap']];
    expect((await runHere({ file, args, isTerminal: true })).stdout).toContain('\u001b[31mfailed');
    expect((await runHere({ file, args, isTerminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
    expect((await runHere({ file, args, isTerminal: true, env: { TERM: 'dumb' } })).stdout).not.toContain('\u001b');
  });

  it('checks what npm start would use where there is no .env', async () => {
    const [PORT, OPENLDAP_PORT, LOCAL_OKTA_PORT, LOCAL_OKTA_LDAPS_PORT] = (await freePorts(4)).map(String);
    const env = { PORT, OPENLDAP_PORT, LOCAL_OKTA_PORT, LOCAL_OKTA_LDAPS_PORT } as Env; // four were asked for
    const { stdout, code } = await runHere({ env });
    expect(code).toBe(1);
    for (const place of [
      `localhost:${OPENLDAP_PORT}`,
      `okta.localhost:${LOCAL_OKTA_PORT}`,
      `localhost:${LOCAL_OKTA_LDAPS_PORT}`,
    ]) {
      expect(stdout).toContain(`nothing answers at ${place}\n`);
    }
    expect(stdout.match(/→ Start it with npm start or/g)).toHaveLength(4);
    expect(stdout.match(/ failed /g)).toHaveLength(4);
  });

  it('looks at the org and its agent with AUTH_MODE=agent, which is step 2', async () => {
    const [OPENLDAP_PORT, LOCAL_OKTA_PORT] = (await freePorts(2)).map(String);
    const { stdout } = await runHere({
      file: `AUTH_MODE=agent\nOPENLDAP_PORT=${OPENLDAP_PORT}\nLOCAL_OKTA_PORT=${LOCAL_OKTA_PORT}\n`,
    });
    expect(stdout).toMatch(/The org: Local Okta/);
    expect(stdout).toMatch(/AUTH_MODE=ldap: the app asks the directory itself/);
    expect(stdout).not.toMatch(/AUTH_MODE=oidc/);
  });

  it('ends at once by Ctrl-C, while a server hangs', async () => {
    const front = await startFront(cleanUp, {});
    const env = { ...nobody, LDAP_PORT: String(front.port), LOCAL_STATE_DIR: '/nowhere' };
    const child = spawnDoctor(env, ['--env-file', '/dev/null', '--timeout', '60']);
    let seen = '';
    await new Promise<void>((resolve) => {
      child.stdout?.on('data', (text: Buffer) => {
        seen += text.toString();
        if (seen.includes('service bind')) resolve();
      });
    });
    child.kill('SIGINT');
    const [code, signal] = await once(child, 'exit');
    expect([code, signal]).toEqual([null, 'SIGINT']);
  });
});
