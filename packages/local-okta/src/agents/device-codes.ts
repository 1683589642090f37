import type { Clock } from '../clock.ts';
import { randomBase62 } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { hashOf } from './registered-agents.ts';

/** How long an approval link is good, as with Okta's agent. */
export const CODE_LIFETIME_MS = 10 * 60_000;

/** An agent that asks to be let in. */
export interface PendingRegistration {
  readonly userCode: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  readonly state: 'pending' | 'approved' | 'denied';
  readonly decidedBy: string | null;
}

export interface DeviceCodes {
  create(agent: Pick<PendingRegistration, 'name' | 'version' | 'root'>): { deviceCode: string; userCode: string };
  /** Undefined when unknown, used up or past its time. */
  findByUserCode(userCode: string): PendingRegistration | undefined;
  findByDeviceCode(deviceCode: string): PendingRegistration | undefined;
  /** False when somebody has decided already or it is too late. */
  decide(userCode: string, state: 'approved' | 'denied', by: string): boolean;
  /** A code is good for one agent. */
  use(deviceCode: string): void;
}

interface CodeRow {
  user_code: string;
  name: string;
  version: string;
  root: string;
  state: string;
  decided_by: string | null;
}

/** Codes beyond this many push the oldest out: nobody can fill the disk by asking. */
const MAX_OPEN_CODES = 1_000;

export function createDeviceCodes({ store, clock }: { store: Store; clock: Clock }): DeviceCodes {
  function find(column: 'user_code' | 'device_hash', value: string): PendingRegistration | undefined {
    if (value.includes('\0')) return undefined;
    const row = store.get<CodeRow>(`SELECT * FROM ldap_agent_codes WHERE ${column} = ? AND expires > ?`, [
      value,
      clock.now(),
    ]);
    if (row === undefined) return undefined;
    return {
      userCode: row.user_code,
      name: row.name,
      version: row.version,
      root: row.root,
      state: row.state as PendingRegistration['state'], // only this file writes the column
      decidedBy: row.decided_by,
    };
  }

  return {
    create({ name, version, root }) {
      const deviceCode = randomBase62(43);
      const userCode = randomBase62(8);
      store.transaction(() => {
        store.run('DELETE FROM ldap_agent_codes WHERE expires <= ?', [clock.now()]);
        store.run(
          `DELETE FROM ldap_agent_codes WHERE device_hash IN
             (SELECT device_hash FROM ldap_agent_codes ORDER BY expires DESC LIMIT -1 OFFSET ?)`,
          [MAX_OPEN_CODES - 1],
        );
        store.run(
          `INSERT INTO ldap_agent_codes (device_hash, user_code, name, version, root, expires, state)
           VALUES (?, ?, ?, ?, ?, ?, 'pending')`,
          [hashOf(deviceCode), userCode, name, version, root, clock.now() + CODE_LIFETIME_MS],
        );
      });
      return { deviceCode, userCode };
    },
    findByUserCode: (userCode) => find('user_code', userCode),
    findByDeviceCode: (deviceCode) => find('device_hash', hashOf(deviceCode)),
    decide: (userCode, state, by) =>
      !userCode.includes('\0') &&
      store.run(
        `UPDATE ldap_agent_codes SET state = ?, decided_by = ? WHERE user_code = ? AND state = 'pending' AND expires > ?`,
        [state, by, userCode, clock.now()],
      ) > 0,
    use(deviceCode) {
      store.run('DELETE FROM ldap_agent_codes WHERE device_hash = ?', [hashOf(deviceCode)]);
    },
  };
}
