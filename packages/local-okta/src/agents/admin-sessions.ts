import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { randomBase62 } from '../ids.ts';

/** One browser at the approval page. `adminId` is set once an administrator has signed in. */
export interface AdminSession {
  readonly id: string;
  readonly csrf: string;
  readonly adminId: string | undefined;
  readonly endsAt: number;
}

export interface AdminSessions {
  find(id: string | undefined): AdminSession | undefined;
  /** A new session; after a sign-in with the administrator's id, so that an id planted before is worth nothing. */
  open(adminId?: string): AdminSession;
  end(id: string): void;
  matches(session: AdminSession, csrf: unknown): boolean;
  clear(): void;
}

const LIFETIME_MS = 30 * 60_000;
const MAX_SESSIONS = 2_000;

/** Kept in memory: a restart asks the administrator to sign in again. */
export function createAdminSessions(clock: Clock): AdminSessions {
  const sessions = new Map<string, AdminSession>();
  return {
    find(id) {
      const session = id === undefined ? undefined : sessions.get(id);
      return session !== undefined && session.endsAt > clock.now() ? session : undefined;
    },
    open(adminId) {
      const [oldest] = sessions.keys();
      if (sessions.size >= MAX_SESSIONS && oldest !== undefined) sessions.delete(oldest);
      const session = { id: randomBase62(32), csrf: randomBase62(32), adminId, endsAt: clock.now() + LIFETIME_MS };
      sessions.set(session.id, session);
      return session;
    },
    end: (id) => sessions.delete(id),
    matches(session, csrf) {
      if (typeof csrf !== 'string' || csrf.length !== session.csrf.length) return false;
      const given = Buffer.from(csrf);
      const wanted = Buffer.from(session.csrf);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
    clear: () => sessions.clear(),
  };
}
