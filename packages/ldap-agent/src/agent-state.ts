import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const agentState = z.object({
  oktaUrl: z.string(),
  agentId: z.string().min(1),
  token: z.string().min(1),
  registeredAt: z.string(),
});

/** What makes a restart the same agent. It holds the agent's token: readable by its owner alone. */
export type AgentState = z.infer<typeof agentState>;

const FILE = 'agent.json';

/** The saved registration, or undefined when there is none that can be read. */
export function loadState(dir: string): AgentState | undefined {
  try {
    return agentState.parse(JSON.parse(readFileSync(join(dir, FILE), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Replaces the saved registration as a whole, so that a crash leaves the old one or the new one. */
export function saveState(dir: string, state: AgentState): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, FILE);
  const next = `${file}.new`;
  writeFileSync(next, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  chmodSync(next, 0o600);
  renameSync(next, file);
}

/** Forgets the registration; the next start registers anew. */
export function dropState(dir: string): void {
  rmSync(join(dir, FILE), { force: true });
}
