import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { RegistrationError } from './registration-error.ts';

const agentState = z.object({
  oktaUrl: z.string(),
  agentId: z.string().min(1),
  // It goes into a header.
  token: z.string().regex(/^[\w-]+$/),
  registeredAt: z.string(),
});

/** What makes a restart the same agent. It holds the agent's token: readable by its owner alone. */
export type AgentState = z.infer<typeof agentState>;

const pendingApproval = z.object({
  oktaUrl: z.string(),
  deviceCode: z.string().min(1),
  url: z.string(),
  expiresAt: z.coerce.date(),
  intervalMs: z.number().nonnegative(),
});

/** A link that nobody has opened yet: with it a restart waits for the same one. */
export type PendingApproval = z.infer<typeof pendingApproval>;

/** What one process keeps in a directory that several may share, each by its number. */
export interface StateFile<T> {
  /** What was saved, or undefined when there is nothing that can be read. */
  load(): T | undefined;
  exists(): boolean;
  /** Replaces it as a whole, so that a crash leaves the old one or the new one. @throws RegistrationError `state` */
  save(state: T): void;
  /** Forgets it. */
  drop(): void;
}

export const registrationFile = (dir: string, slot = 1): StateFile<AgentState> =>
  stateFile(dir, `${nameOf('agent', slot)}.json`, agentState);

export const pendingFile = (dir: string, slot: number): StateFile<PendingApproval> =>
  stateFile(dir, `${nameOf('agent', slot)}.pending.json`, pendingApproval);

/** `agent`, `agent-2`, `agent-3`: files and names of agents that share a directory. */
export const nameOf = (name: string, slot: number): string => (slot === 1 ? name : `${name}-${slot}`);

/** The saved registration of the only or first agent. */
export const loadState = (dir: string): AgentState | undefined => registrationFile(dir).load();

function stateFile<T>(dir: string, name: string, schema: z.ZodType<T>): StateFile<T> {
  const file = join(dir, name);
  return {
    load() {
      try {
        return schema.parse(JSON.parse(readFileSync(file, 'utf8')));
      } catch {
        return undefined;
      }
    },
    exists: () => existsSync(file),
    save(state) {
      try {
        mkdirSync(dir, { recursive: true, mode: 0o700 });
        const next = `${file}.new`;
        writeFileSync(next, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
        chmodSync(next, 0o600);
        renameSync(next, file);
      } catch (error) {
        throw new RegistrationError('state', `the registration cannot be saved in ${dir} (AGENT_STATE_DIR)`, error);
      }
    },
    drop: () => rmSync(file, { force: true }),
  };
}
