import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { goToStep } from '../src/step/go-to-step.ts';
import { parseStepOptions, type StepOptions } from '../src/step/step-options.ts';

let root: string;
let said: string[];
let port: number;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'step-'));
  said = [];
  port = await freePort();
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Run extends Partial<StepOptions> {
  readonly env?: Record<string, string>;
  readonly answer?: boolean;
}

const go = ({ env = {}, answer, ...options }: Run): Promise<void> =>
  goToStep({
    step: '3',
    way: 'node',
    yes: false,
    ...options,
    root,
    env: { LOCAL_OKTA_PORT: String(port), ...env },
    say: (line) => said.push(line),
    ...(answer === undefined ? {} : { ask: async () => answer }),
  });

const dotEnv = (): string => readFileSync(join(root, '.env'), 'utf8');

function keepState(folder = '.local'): void {
  for (const name of ['local-okta', 'ldap-agent']) mkdirSync(join(root, folder, name), { recursive: true });
  writeFileSync(join(root, folder, 'ldap.log'), 'what the app said');
}

describe('npm run step', () => {
  it('sets two lines of .env and asks nothing where nothing is there yet', async () => {
    await go({ step: '3' });
    expect(dotEnv()).toBe('AUTH_MODE=agent\nLOCAL_OKTA_SETUP=step-3\n');
    expect(said.join('\n')).toContain('Now: npm start');
  });

  it('says what is lost, and changes nothing when the answer is no or nobody can be asked', async () => {
    keepState();
    writeFileSync(join(root, '.env'), 'AUTH_MODE=oidc\nLOCAL_OKTA_SETUP=manual\n');
    for (const answer of [false, undefined]) {
      said = [];
      await expect(go(answer === undefined ? {} : { answer })).rejects.toMatchObject({ code: 'not-confirmed' });
      expect(said.join('\n')).toMatch(/Local Okta's data[\s\S]*registration[\s\S]*AUTH_MODE=oidc in .env.*agent/);
    }
    expect(existsSync(join(root, '.local', 'local-okta'))).toBe(true);
    expect(dotEnv()).toContain('AUTH_MODE=oidc');
  });

  it('empties what is kept, and leaves logs and every other line of .env as they were', async () => {
    keepState();
    const mine = '# my own words\nOKTA_LDAP_PASSWORD=Change-me-2026\nAUTH_MODE=oidc # for now\n';
    writeFileSync(join(root, '.env'), mine);
    await go({ step: '4', answer: true });
    expect(existsSync(join(root, '.local', 'local-okta'))).toBe(false);
    expect(existsSync(join(root, '.local', 'ldap-agent'))).toBe(false);
    expect(existsSync(join(root, '.local', 'ldap.log'))).toBe(true);
    expect(dotEnv()).toBe(`${mine.replace('oidc', 'okta-ldap')}LOCAL_OKTA_SETUP=step-4\n`);
  });

  it('empties the folder that LOCAL_STATE_DIR names, without a question after --yes', async () => {
    keepState('elsewhere');
    writeFileSync(join(root, '.env'), 'LOCAL_STATE_DIR=elsewhere\n');
    await go({ yes: true });
    expect(existsSync(join(root, 'elsewhere', 'local-okta'))).toBe(false);
  });

  it('takes nothing away from a Local Okta that runs', async () => {
    keepState();
    const server = createServer();
    await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
    try {
      await expect(go({ yes: true })).rejects.toThrow(`Something listens at port ${port}`);
    } finally {
      server.close();
    }
    expect(existsSync(join(root, '.local', 'local-okta'))).toBe(true);
    expect(existsSync(join(root, '.env'))).toBe(false);
  });

  it('leaves a real org alone', async () => {
    writeFileSync(join(root, '.env'), 'OKTA_ORG=real\nOKTA_URL=https://integrator-1234567.okta.com\n');
    await expect(go({ yes: true })).rejects.toMatchObject({ code: 'real-org' });
  });

  it('says when a variable of the shell counts more than .env', async () => {
    await go({ env: { AUTH_MODE: 'ldap' } });
    expect(said.join('\n')).toContain('AUTH_MODE=ldap is set in this shell');
  });
});

describe('the command line', () => {
  it.each([
    [['3'], { step: '3', way: 'node', yes: false }],
    [['3', 'docker'], { step: '3', way: 'docker', yes: false }],
    [['--docker', '--yes', '5'], { step: '5', way: 'docker', yes: true }],
  ])('reads %j', (args, options) => expect(parseStepOptions(args)).toEqual(options));

  it.each([[['6']], [['three']], [['3', 'podman']], [['3', 'docker', '4']], [['3', '--force']]])(
    'refuses %j and says what would be right',
    (args) => expect(() => parseStepOptions(args)).toThrow('For example: npm run step 3'),
  );

  it('explains itself', () => {
    for (const args of [[], ['--help'], ['3', '-h']]) expect(parseStepOptions(args)).toBe('help');
  });
});
