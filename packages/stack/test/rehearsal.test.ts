import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import { rehearsalLdifs } from '../src/rehearsal/people.ts';
import { type RehearsalOptions, rehearse } from '../src/rehearsal/rehearse.ts';
import { renderEnd, renderStep } from '../src/rehearsal/render.ts';
import type { Attempt, RehearsalReport, StepReport } from '../src/rehearsal/report.ts';

const LONG_MS = 300_000;
const MAIN = fileURLToPath(new URL('../dist/rehearsal/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rehearsal-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tutorial's three, two with names to be escaped, one for each of the eighteen ways to keep a password. */
const EVERYBODY = 23;
const HASHES_UNKNOWN_TO_OKTA = [
  'ssha384',
  'pbkdf2',
  'crypt-des',
  'crypt-md5',
  'crypt-sha256',
  'crypt-sha512',
  'argon2',
];
const KEPT_OUT = ['locked', 'somebody unknown', 'a guesser of user01'];

const run = (options: Partial<RehearsalOptions>): Promise<RehearsalReport> =>
  rehearse({ env: { PATH: process.env.PATH }, signal: new AbortController().signal, ...options });

/** Who judged the passwords of those who came in: `{ 'oidc agent': 23 }`. */
function judges({ rows }: StepReport): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { attempts } of rows) {
    for (const [mode, attempt] of Object.entries(attempts) as [string, Attempt][]) {
      if (attempt.outcome !== 'in') continue;
      const key = `${mode} ${attempt.checkedBy}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  }
  return counts;
}

function expectNobodyLockedOut(report: RehearsalReport): void {
  expect(report.steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 5]);
  for (const step of report.steps) {
    expect(step).toMatchObject({ couldBefore: EVERYBODY, canNow: EVERYBODY, lockedOut: [], letIn: [] });
    const kept = step.rows.filter(({ name }) => KEPT_OUT.includes(name));
    expect(kept).toHaveLength(KEPT_OUT.length);
    for (const { attempts } of kept) {
      for (const { outcome } of Object.values(attempts)) expect(outcome).not.toBe('in');
    }
  }
  expect(report.ok).toBe(true);
}

describe('the rehearsal', () => {
  it(
    'locks nobody out, whatever keeps their password: hashes go to Okta, the hook moves the others',
    async () => {
      const report = await run({});
      expectNobodyLockedOut(report);
      // the locked person's hash stays where it is
      const withoutHash = HASHES_UNKNOWN_TO_OKTA.length + 1;
      // a directory may hash the passwords that an LDIF has in clear, or keep them so; only the first can be taken as hashes
      const [, , , , cutOver] = report.steps;
      const byHook = judges(cutOver as StepReport)['okta-ldap hook'] ?? 0;
      expect(report.steps.slice(0, 4).map(judges)).toEqual([
        { 'ldap directory': EVERYBODY },
        { 'ldap directory': EVERYBODY },
        { 'ldap directory': EVERYBODY, 'okta-ldap agent': EVERYBODY },
        { 'ldap directory': EVERYBODY, 'okta-ldap agent': EVERYBODY, 'oidc agent': EVERYBODY },
      ]);
      expect(byHook).toBeGreaterThan(0);
      expect(cutOver?.notes.join(' ')).toMatch(/Before anybody had signed in, \d+ would be lost/);
      if (report.directory !== 'embedded') {
        expect(cutOver?.notes[0]).toBe(
          `${withoutHash} people held a link for the moment until the hook was told of them.`,
        );
      }
      expect(cutOver?.waiting).toEqual([]);
      expect(judges(report.steps[5] as StepReport)).toEqual({ 'okta-ldap okta': EVERYBODY, 'oidc okta': EVERYBODY });
      expect(renderStep(report.steps[3] as StepReport)).toContain(
        `could sign in before: ${EVERYBODY}; can sign in now: ${EVERYBODY}; locked out: 0`,
      );
      expect(renderEnd(report)).toContain('Nobody was locked out at any step.');
    },
    LONG_MS,
  );

  it(
    'locks nobody out with the hook alone, and counts down who would be lost',
    async () => {
      const report = await run({ cutOver: 'hook' });
      expectNobodyLockedOut(report);
      const notes = report.steps[4]?.notes.join('\n');
      expect(notes).toContain(`Before anybody had signed in, ${EVERYBODY} would be lost`);
      expect(notes).toContain(`After half of them had, ${Math.floor(EVERYBODY / 2)} would be lost`);
    },
    LONG_MS,
  );

  it(
    'locks nobody out who follows the link that everybody gets',
    async () => {
      const report = await run({ cutOver: 'links' });
      expectNobodyLockedOut(report);
      expect(report.steps[4]?.notes).toEqual([
        `${EVERYBODY} people have set a password of Okta by the link they were sent.`,
      ]);
    },
    LONG_MS,
  );

  it(
    'says who is locked out when the hook is gone too early, and keeps the directory',
    async () => {
      const report = await run({ cutOver: 'hook', break: 'hook' });
      expect(report.ok).toBe(false);
      expect(report.steps).toHaveLength(5);
      expect(report.steps[4]).toMatchObject({ couldBefore: EVERYBODY, canNow: 0 });
      expect(report.steps[4]?.lockedOut).toHaveLength(EVERYBODY);
      expect(report.steps[4]?.waiting).toHaveLength(EVERYBODY);
      expect(renderEnd(report)).toContain('the directory was not stopped');
    },
    LONG_MS,
  );

  it(
    'says who is locked out because Okta does not take them from the directory',
    async () => {
      const file = join(folder, 'nameless.ldif');
      writeFileSync(
        file,
        `dn: cn=nameless,ou=users,dc=example,dc=org
objectClass: inetOrgPerson
cn: nameless
sn: Persona
uid: nameless
mail: nameless@example.com
userPassword: password1
`,
      );
      const [tutorial = ''] = rehearsalLdifs;
      const report = await run({ cutOver: 'hook', ldifFiles: [tutorial, file] });
      expect(report.ok).toBe(false);
      expect(report.steps.map(({ lockedOut }) => lockedOut)).toEqual([
        [],
        [],
        ...Array.from({ length: 4 }, () => ['nameless']),
      ]);
    },
    LONG_MS,
  );
});

describe('npm run rehearse', () => {
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH: process.env.PATH, TEST_DIRECTORY: process.env.TEST_DIRECTORY, TMPDIR: folder },
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (text: Buffer) => {
      output += text;
    });
    child.stderr.on('data', (text: Buffer) => {
      errors += text;
      if (errors.includes('importing people')) child.emit('under-way');
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    return { child, ended, output: () => output, errors: () => errors };
  };

  it('explains itself', async () => {
    const { ended, output } = start(['--help']);
    expect(await ended).toBe(0);
    expect(output()).toContain('--cut-over <how>');
  });

  it.each([
    [['--cut-over', 'magic']],
    [['--break', 'everything']],
    [['--nonsense']],
    [['--break', 'hook', '--cut-over', 'links']],
  ])('refuses %j in one line', async (args) => {
    const { ended, errors, output } = start(args);
    expect(await ended).toBe(2);
    expect(errors().trim().split('\n')).toHaveLength(1);
    expect(output()).toBe('');
  });

  it(
    'ends with 1 and a document that says so when people are locked out',
    async () => {
      const { ended, output } = start(['--json', '--break', 'hook']);
      expect(await ended).toBe(1);
      const report = JSON.parse(output()) as RehearsalReport; // as printed
      expect(report.ok).toBe(false);
      expect(report.steps[4]?.lockedOut).toEqual(expect.arrayContaining(['hash-argon2']));
    },
    LONG_MS,
  );

  it(
    'leaves nothing behind after Ctrl-C',
    async () => {
      const before = readdirSync(folder);
      const { child, ended } = start([]);
      child.once('under-way', () => child.kill('SIGINT'));
      expect(await ended).toBe(130);
      expect(readdirSync(folder)).toEqual(before);
    },
    LONG_MS,
  );
});
