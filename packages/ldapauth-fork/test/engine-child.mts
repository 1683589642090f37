import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  readonly user?: { readonly dn: string; readonly _groups?: readonly { readonly cn: string }[] };
  readonly error?: {
    readonly name?: string;
    readonly message: string;
    readonly code?: unknown;
    readonly detail?: string;
  };
  readonly fail?: { readonly message: string };
  readonly status?: number;
  readonly thrown?: string;
}

export interface Scenario {
  readonly options: Record<string, unknown>;
  readonly username: unknown;
  readonly password: unknown;
}

/** What an engine did in a process of its own. */
export interface EngineChild {
  /** Everything told so far; grows. */
  outcomes(): readonly Outcome[];
  /** Resolves when so many outcomes were told. */
  told(count: number): Promise<readonly Outcome[]>;
  /** Resolves with what killed the process; never while it lives. */
  died: Promise<string>;
  stop(): Promise<void>;
}

const script = fileURLToPath(new URL('engine-child.cjs', import.meta.url));

export function runEngine(engine: 'ours' | 'stock', through: 'direct' | 'strategy', scenario: Scenario): EngineChild {
  const child: ChildProcess = fork(script, [engine, through, JSON.stringify(scenario)], { silent: true });
  let outcomes: readonly Outcome[] = [];
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.on('message', (message: { outcomes: readonly Outcome[] }) => {
    outcomes = message.outcomes;
    for (const look of waiting) {
      look();
    }
  });
  const exited = once(child, 'exit');
  return {
    outcomes: () => outcomes,
    told: (count) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (outcomes.length >= count) {
            waiting.delete(look);
            resolve(outcomes);
          }
        };
        waiting.add(look);
        look();
        child.on('exit', () => reject(new Error(`the engine's process ended: ${stderr}`)));
      }),
    died: exited.then(() => stderr),
    stop: async () => {
      if (child.exitCode === null && child.connected) {
        child.send('stop');
      }
      await exited;
    },
  };
}
