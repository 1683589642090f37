import { type Clock, timestamp } from '../clock.ts';
import type { User } from '../directory/user.ts';
import { randomBase62 } from '../ids.ts';
import type { Store } from '../store/store.ts';

export type MessageKind = 'reset-password' | 'activate';

/** How long a link is good. Okta's default for password recovery; for activation it is seven days. */
const LIFETIME_MS: Record<MessageKind, number> = { 'reset-password': 60 * 60_000, activate: 7 * 24 * 60 * 60_000 };
/** As in the links that Okta's API answers with. */
const PATHS: Record<MessageKind, string> = { 'reset-password': '/reset_password', activate: '/welcome' };
const SUBJECTS: Record<MessageKind, string> = {
  'reset-password': 'Account password reset',
  activate: 'Welcome to Okta!',
};

/** A mail that nobody sends: who wants its link takes it from here. */
export interface Message {
  readonly seq: number;
  readonly kind: MessageKind;
  readonly to: string;
  readonly subject: string;
  readonly created: string;
  readonly expires: string;
  readonly used: string | null;
  /** Null once it is used, over, or replaced by another. */
  readonly link: string | null;
}

export interface IssuedLink {
  readonly url: string;
  readonly token: string;
}

export interface Outbox {
  /** Makes a link for this user, in place of every earlier one. */
  issue(user: User, kind: MessageKind): IssuedLink;
  /** Whose link it is, while it is good. */
  find(token: string): { readonly userId: string; readonly kind: MessageKind } | undefined;
  /** Takes the link; false when it is no longer good. Belongs into the transaction of what the link is for. */
  consume(token: string): boolean;
  /** The user's links are good for nothing any more. */
  revoke(userId: string): void;
  /** From the first on, or with `newestFirst` from the last on. `after` is where the page before ended; 0: nowhere. */
  list(page: { readonly after: number; readonly limit: number; readonly newestFirst?: boolean }): readonly Message[];
}

interface Row {
  seq: number;
  user_id: string;
  kind: MessageKind;
  recipient: string;
  token: string | null;
  created: string;
  expires: string;
  used: string | null;
}

export interface OutboxOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly publicUrl: string;
}

export function createOutbox({ store, clock, publicUrl }: OutboxOptions): Outbox {
  const urlOf = (kind: MessageKind, token: string): string => `${publicUrl}${PATHS[kind]}/${token}`;

  function good(token: string): Row | undefined {
    if (!/^\w{1,100}$/.test(token)) return undefined;
    return store.get<Row>('SELECT * FROM outbox WHERE token = ? AND expires > ?', [token, timestamp(clock)]);
  }

  const revoke = (userId: string): void => {
    store.run('UPDATE outbox SET token = NULL WHERE user_id = ? AND token IS NOT NULL', [userId]);
  };

  return {
    issue(user, kind) {
      const token = randomBase62(32);
      const now = clock.now();
      store.transaction(() => {
        revoke(user.id);
        store.run('INSERT INTO outbox (user_id, kind, recipient, token, created, expires) VALUES (?, ?, ?, ?, ?, ?)', [
          user.id,
          kind,
          user.profile.email,
          token,
          new Date(now).toISOString(),
          new Date(now + LIFETIME_MS[kind]).toISOString(),
        ]);
      });
      return { url: urlOf(kind, token), token };
    },
    find(token) {
      const row = good(token);
      return row === undefined ? undefined : { userId: row.user_id, kind: row.kind };
    },
    consume(token) {
      const row = good(token);
      if (row === undefined) return false;
      store.run('UPDATE outbox SET token = NULL, used = ? WHERE seq = ?', [timestamp(clock), row.seq]);
      return true;
    },
    revoke,
    list({ after, limit, newestFirst = false }) {
      const now = timestamp(clock);
      return store
        .all<Row>(
          newestFirst
            ? 'SELECT * FROM outbox WHERE ? = 0 OR seq < ? ORDER BY seq DESC LIMIT ?'
            : 'SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?',
          newestFirst ? [after, after, limit] : [after, limit],
        )
        .map(({ seq, kind, recipient, token, created, expires, used }) => ({
          seq,
          kind,
          to: recipient,
          subject: SUBJECTS[kind],
          created,
          expires,
          used,
          link: token === null || expires <= now ? null : urlOf(kind, token),
        }));
    },
  };
}
