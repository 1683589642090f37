import { fileURLToPath } from 'node:url';
import { type NodeProcess, type NodeProcessOptions, startNode } from './node-process.ts';

export interface AppProcess extends NodeProcess {
  readonly url: string;
}

export interface AppProcessOptions extends Pick<NodeProcessOptions, 'main' | 'port' | 'env' | 'logFile'> {
  /** `ldap`: names the app in messages. */
  readonly name: string;
  /** Default: it can sign people in. `alive`: it answers, whatever it still waits for. */
  readonly until?: 'ready' | 'alive';
}

/**
 * Runs an app as anybody would, `node dist/main.js`, and waits for it.
 * @throws {StackError} `did-not-start`, with the app's last words
 */
export async function startApp({ name, until = 'ready', ...options }: AppProcessOptions): Promise<AppProcess> {
  const readyPath = until === 'ready' ? '/readyz' : '/healthz';
  const process = await startNode({ ...options, title: `The ${name} app`, readyPath });
  return { ...process, url: `http://localhost:${options.port}` };
}

/** Where the entry point of an app is, built. */
export const appMain = (name: string): string =>
  fileURLToPath(new URL(`../../../apps/${name}/dist/main.js`, import.meta.url));
