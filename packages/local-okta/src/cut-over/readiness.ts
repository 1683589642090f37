import { timestamp } from '../clock.ts';
import type { Context } from '../context.ts';
import { HOOK } from '../directory/stored-password.ts';

/**
 * How somebody can sign in.
 *
 * - `delegated`: the directory behind the agents judges the password.
 * - `ownPassword`, `hash`, `hook`: Okta does, by what it has or by whom it can ask.
 * - `link`: by a link that is waiting for them, with which they set a password.
 * - `nobody`: not at all, although nothing but a password is missing.
 * - `notActive`: not at all: the user is staged, locked out, suspended or deactivated.
 */
export const WAYS = ['delegated', 'ownPassword', 'hash', 'hook', 'link', 'nobody', 'notActive'] as const;
export type Way = (typeof WAYS)[number];
export type Counts = Readonly<Record<Way, number>>;

/** `now`, or what it would be after delegated authentication is switched off in one way or the other. */
export type Scenario = 'now' | 'resetPasswords' | 'keepPasswords';

export interface Readiness {
  counts(scenario: Scenario): Counts;
  /** Logins of those who could not sign in, the first ones. */
  nobody(scenario: Scenario, limit: number): readonly string[];
}

/** Who can sign in, counted: whoever switches something looks first. */
export function createReadiness({ store, clock, services }: Context): Readiness {
  function wayOf(scenario: Scenario): string {
    const delegates = services.ldapIntegration?.delegates() === true;
    const hook = services.passwordImport?.active() === true ? "'hook'" : "'nobody'";
    const link = `EXISTS (SELECT 1 FROM outbox WHERE user_id = users.id AND token IS NOT NULL
      AND expires > '${timestamp(clock)}')`;
    const here = `CASE WHEN password IS NULL THEN 'nobody' WHEN password = '${HOOK}' THEN ${hook}
      WHEN password LIKE 'import$%' THEN 'hash' ELSE 'ownPassword' END`;
    const ldap = {
      now: delegates
        ? `EXISTS (SELECT 1 FROM directory_users WHERE user_id = users.id) AND status = 'ACTIVE' THEN 'delegated'`
        : `0 THEN ''`,
      resetPasswords: `status NOT IN ('STAGED', 'SUSPENDED', 'DEPROVISIONED') THEN 'link'`,
      keepPasswords: `status = 'ACTIVE' THEN ${hook === "'hook'" ? hook : here}`,
    }[scenario];
    return `CASE
      WHEN provider_type = 'LDAP' AND ${ldap}
      WHEN status IN ('STAGED', 'SUSPENDED', 'DEPROVISIONED', 'LOCKED_OUT') THEN 'notActive'
      WHEN status IN ('RECOVERY', 'PROVISIONED', 'PASSWORD_EXPIRED') THEN CASE WHEN ${link} THEN 'link' ELSE 'nobody' END
      ELSE ${here} END`;
  }

  return {
    counts(scenario) {
      const rows = store.all<{ way: Way; n: number }>(
        `SELECT ${wayOf(scenario)} AS way, count(*) AS n FROM users GROUP BY way`,
      );
      // Every way is there, also those that nobody has.
      const none = Object.fromEntries(WAYS.map((way) => [way, 0])) as Record<Way, number>;
      for (const { way, n } of rows) none[way] = n;
      return none;
    },
    nobody: (scenario, limit) =>
      store
        .all<{ login: string }>(
          `SELECT json_extract(profile, '$.login') AS login FROM users WHERE ${wayOf(scenario)} = 'nobody'
           ORDER BY seq LIMIT ?`,
          [limit],
        )
        .map(({ login }) => login),
  };
}
