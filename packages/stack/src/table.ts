import { relative } from 'node:path';
import type { SetUp } from './local-org.ts';
import { modePlans, type StartableMode } from './modes.ts';
import type { Stack, StackOptions } from './start-stack.ts';

/** The one table of `npm start`. */
export function describeStack(stack: Stack, modes: readonly StartableMode[], options: StackOptions): string {
  const rows = [
    ['URL', 'What it shows', 'Sign in as'],
    ...modes.map((mode) => [stack.urls[mode] ?? '', modePlans[mode].shows, modePlans[mode].signIn]),
    ...oktaRows(stack, options),
    ...directoryRows(modes, options),
  ];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
  const byHand = setUpByHand(stack.okta?.setup);
  const logs = relative(process.cwd(), stack.folder);
  return `\n${lines.join('\n')}\n\n${byHand}  Logs are in ${logs}. Ctrl-C stops everything.\n`;
}

function setUpByHand(setup: SetUp = 'auto'): string {
  if (setup === 'auto') return '';
  if (setup !== 'manual')
    return `  Local Okta is as at the start of ${setup.replace('-', ' ')}; what comes after is done by hand.\n`;
  return '  Local Okta is to be set up by hand: until the agent is let in and people are imported, nobody can sign in through it.\n';
}

function oktaRows({ okta }: Stack, { ports }: StackOptions): string[][] {
  if (okta === undefined) return [];
  return [
    [
      okta.url,
      `Local Okta, a stand-in for an Okta org (its LDAP Interface: ldaps://localhost:${ports?.oktaLdaps})`,
      `${okta.admin.login} / ${okta.admin.password}`,
    ],
  ];
}

function directoryRows(modes: readonly StartableMode[], { directory, org, ports, env }: StackOptions): string[][] {
  // a real org has an agent of its own, which knows its directory
  if (org === 'real' && !modes.includes('ldap')) return [];
  if (directory === 'embedded') {
    return [
      [
        `ldap://localhost:${ports?.ldap}`,
        `The directory: embedded, with ldifs/ in it, in place of OpenLDAP (ldaps: ${ports?.ldaps})`,
        'nobody: it can be read',
      ],
    ];
  }
  return [[env?.LDAP_HOST ?? 'localhost', 'The directory, as the LDAP_* variables name it', '']];
}
