import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

interface ArtifactRow {
  payload: string;
  consumed: number | null;
  expires: number | null;
}

export interface ArtifactsOptions {
  readonly store: Store;
  readonly clock: Clock;
  /** Artifacts of one authorization server are nothing to another; sessions are shared by all (single sign-on). */
  readonly server: string;
}

const SHARED_MODELS = ['Session'];
/** Of an expired one oidc-provider must hear, to say so (`expired_token`, RFC 8628 section 3.5). */
const REMEMBERED_MODELS = ['DeviceCode'];
/** Seconds that an expired artifact stays before it is swept. */
const SWEPT_AFTER = 3_600;

/** Keeps codes, sessions, grants and refresh tokens in the database, so that a restart forgets nothing. */
export function artifactsOf({ store, clock, server }: ArtifactsOptions): (model: string) => Adapter {
  const now = (): number => Math.floor(clock.now() / 1000);

  return (model) => {
    const owner = SHARED_MODELS.includes(model) ? 'shared' : server;

    function one(column: 'id' | 'uid' | 'user_code', value: string): AdapterPayload | undefined {
      if (value.includes('\0')) return undefined;
      const row = store.get<ArtifactRow>(
        `SELECT payload, consumed, expires FROM oidc_artifacts WHERE server = ? AND model = ? AND ${column} = ?`,
        [owner, model, value],
      );
      if (row === undefined) return undefined;
      const expired = row.expires !== null && row.expires <= now();
      if (expired && !REMEMBERED_MODELS.includes(model)) return undefined;
      const payload = JSON.parse(row.payload) as AdapterPayload; // written by upsert
      return {
        ...payload,
        // oidc-provider looks at the computer's clock, which need not be this one.
        ...(expired ? { exp: 1 } : {}),
        ...(row.consumed === null ? {} : { consumed: row.consumed }),
      };
    }

    return {
      async upsert(id, payload, expiresIn) {
        store.run(
          `INSERT OR REPLACE INTO oidc_artifacts (server, model, id, payload, grant_id, uid, user_code, expires)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
          [
            owner,
            model,
            id,
            JSON.stringify(payload),
            payload.grantId,
            payload.uid,
            payload.userCode,
            expiresIn === undefined ? null : now() + expiresIn,
          ],
        );
      },
      find: async (id) => one('id', id),
      findByUid: async (uid) => one('uid', uid),
      findByUserCode: async (code) => one('user_code', code),
      async consume(id) {
        store.run('UPDATE oidc_artifacts SET consumed = ? WHERE server = ? AND model = ? AND id = ?', [
          now(),
          owner,
          model,
          id,
        ]);
      },
      async destroy(id) {
        store.run('DELETE FROM oidc_artifacts WHERE server = ? AND model = ? AND id = ?', [owner, model, id]);
      },
      async revokeByGrantId(grantId) {
        // Of this model alone: an open sign-in names its grant too, and goes on when another sign-in's grant ends.
        store.run('DELETE FROM oidc_artifacts WHERE grant_id = ? AND model = ?', [grantId, model]);
      },
    };
  };
}

/** Deletes what has expired; the answers are the same without it, the file is smaller. */
export function sweepArtifacts(store: Store, clock: Clock): void {
  const now = Math.floor(clock.now() / 1000);
  store.run('DELETE FROM oidc_artifacts WHERE expires IS NOT NULL AND expires <= ?', [now - SWEPT_AFTER]);
}
