import { createHash } from 'node:crypto';
import { type Clock, timestamp } from '../clock.ts';
import { ID_PREFIX, newId, randomBase62 } from '../ids.ts';
import type { Store } from '../store/store.ts';

export interface RegisteredAgent {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** The root of the tree it serves. */
  readonly root: string;
  /** The administrator who let it in, or `auto`. */
  readonly approvedBy: string;
  readonly registered: string;
  /** Milliseconds since 1970; 0 before its first connection. */
  readonly lastSeen: number;
}

export interface RegisteredAgents {
  /** Makes an agent; its token is told this once. */
  add(agent: Pick<RegisteredAgent, 'name' | 'version' | 'root' | 'approvedBy'>): {
    agent: RegisteredAgent;
    token: string;
  };
  findByToken(token: string): RegisteredAgent | undefined;
  list(): readonly RegisteredAgent[];
  /** Remembers what it said of itself, every half minute at most unless something is different. */
  seen(agent: RegisteredAgent, beat: { readonly name: string; readonly version: string; readonly root: string }): void;
  remove(id: string): boolean;
  /** Everything was reset: what was read is out of date. */
  forget(): void;
}

interface AgentRow {
  id: string;
  name: string;
  version: string;
  root: string;
  approved_by: string;
  registered: string;
  last_seen: number;
}

const COLUMNS = 'id, name, version, root, approved_by, registered, last_seen';
const SEEN_EVERY_MS = 30_000;

export function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

export function createRegisteredAgents({ store, clock }: { store: Store; clock: Clock }): RegisteredAgents {
  const agentOf = (row: AgentRow): RegisteredAgent => ({
    id: row.id,
    name: row.name,
    version: row.version,
    root: row.root,
    approvedBy: row.approved_by,
    registered: row.registered,
    lastSeen: row.last_seen,
  });
  /** By the hash of their token: each request of an agent carries it. */
  const known = new Map<string, RegisteredAgent>();
  const findByToken = (token: string): RegisteredAgent | undefined => {
    const hash = hashOf(token);
    const found = known.get(hash);
    if (found !== undefined) return found;
    const row = store.get<AgentRow>(`SELECT ${COLUMNS} FROM ldap_agents WHERE token_hash = ?`, [hash]);
    if (row === undefined) return undefined;
    const agent = agentOf(row);
    known.set(hash, agent);
    return agent;
  };
  return {
    add({ name, version, root, approvedBy }) {
      const token = randomBase62(43);
      store.run(
        `INSERT INTO ldap_agents (id, name, version, root, token_hash, approved_by, registered)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        [newId(ID_PREFIX.agent), name, version, root, hashOf(token), approvedBy, timestamp(clock)],
      );
      const agent = findByToken(token);
      if (agent === undefined) throw new Error('The agent was not stored.');
      return { agent, token };
    },
    findByToken,
    list: () => store.all<AgentRow>(`SELECT ${COLUMNS} FROM ldap_agents ORDER BY registered, id`).map(agentOf),
    seen(agent, { name, version, root }) {
      const now = clock.now();
      const same = agent.name === name && agent.version === version && agent.root === root;
      if (same && now - agent.lastSeen < SEEN_EVERY_MS) return;
      store.run('UPDATE ldap_agents SET name = ?, version = ?, root = ?, last_seen = ? WHERE id = ?', [
        name,
        version,
        root,
        now,
        agent.id,
      ]);
      known.clear();
    },
    remove(id) {
      known.clear();
      return store.run('DELETE FROM ldap_agents WHERE id = ?', [id]) > 0;
    },
    forget: () => known.clear(),
  };
}
