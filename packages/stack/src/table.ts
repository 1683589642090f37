import { relative } from 'node:path';
import { modePlans, type StartableMode } from './modes.ts';
import type { Stack, StackOptions } from './start-stack.ts';

/** The one table of `npm start`. */
export function describeStack(stack: Stack, modes: readonly StartableMode[], options: StackOptions): string {
  const rows = [
    ['URL', 'What it shows', 'Sign in as'],
    ...modes.map((mode) => [stack.urls[mode] ?? '', modePlans[mode].shows, modePlans[mode].signIn]),
    directoryRow(options),
  ];
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0));
  const lines = rows.map((row) => `  ${row.map((cell, column) => cell.padEnd(width(column))).join('  ')}`.trimEnd());
  const logs = relative(process.cwd(), stack.folder);
  return `\n${lines.join('\n')}\n\n  The apps' logs are in ${logs}. Ctrl-C stops everything.\n`;
}

function directoryRow({ directory, ports, env }: StackOptions): string[] {
  if (directory === 'embedded') {
    return [
      `ldap://localhost:${ports?.ldap}`,
      `The directory: embedded, with ldifs/ in it, in place of OpenLDAP (ldaps: ${ports?.ldaps})`,
      'nobody: it can be read',
    ];
  }
  return [env?.LDAP_HOST ?? 'localhost', 'The directory, as the LDAP_* variables name it', ''];
}
