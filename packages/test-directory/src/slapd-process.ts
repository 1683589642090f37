import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { DirectoryError } from './directory-error.ts';
import { endWithParent } from './end-with-parent.ts';
import { openldapFolder } from './repository-paths.ts';
import { tutorialDirectory } from './test-directory.ts';

export interface SlapdProcess {
  /** What it said before it ended, or undefined while it runs. */
  ended(): string | undefined;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Asks it to end and waits; a frozen one is killed. */
  stop(): Promise<void>;
}

/** Runs the container's own entry point on this host, which ends by becoming slapd. */
export function startSlapd(folder: string, ldapPort: number, ldapsPort: number, path: string): SlapdProcess {
  const child = spawn(join(openldapFolder, 'entrypoint.sh'), [], {
    // Nothing of the caller's environment but the PATH: no LDAP* or LDAPTLS_* variable may change what is tested.
    env: {
      PATH: path,
      LDAP_ROOT: tutorialDirectory.base,
      LDAP_ADMIN_USERNAME: tutorialDirectory.adminDn,
      LDAP_ADMIN_PASSWORD: tutorialDirectory.adminPassword,
      LDAP_LDIFS_DIR: join(folder, 'ldifs'),
      LDAP_DATA_DIR: join(folder, 'data'),
      LDAP_CERTS_DIR: join(folder, 'certs'),
      LDAP_LISTEN: `ldap://127.0.0.1:${ldapPort} ldaps://127.0.0.1:${ldapsPort}`,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(String(chunk)));
  const exit = new Promise<void>((resolve) => child.once('close', () => resolve()));
  let spawnError: Error | undefined;
  child.on('error', (error) => {
    spawnError = error;
  });
  if (child.pid === undefined)
    throw new DirectoryError('did-not-start', `${openldapFolder}/entrypoint.sh cannot be run`);
  const watcher = endWithParent(child.pid, folder);
  child.once('exit', () => watcher.release());

  const ended = (): string | undefined => {
    if (spawnError !== undefined) return `slapd could not be run: ${spawnError.message}`;
    return hasExited(child) ? `slapd ended while starting:\n${words.join('')}` : undefined;
  };
  return {
    ended,
    signal: (signal) => {
      child.kill(signal);
    },
    stop: async () => {
      if (hasExited(child)) return exit;
      child.kill('SIGTERM');
      child.kill('SIGCONT');
      const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exit;
      clearTimeout(patience);
    },
  };
}

function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
