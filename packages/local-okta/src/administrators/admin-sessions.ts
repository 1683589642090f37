import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { randomBase62 } from '../ids.ts';

/** Told once, at the next page: what became of a form. */
export interface Flash {
  readonly kind: 'done' | 'problem';
  readonly text: string;
}

/** One browser. `adminId` is set once an administrator has signed in. */
export interface AdminSession {
  readonly id: string;
  readonly csrf: string;
  readonly adminId: string | undefined;
  flash: Flash | undefined;
}

export interface AdminSessions {
  /** Whoever asks for it uses it: it lives on. */
  find(id: string | undefined): AdminSession | undefined;
  /** A new session; after a sign-in with the administrator's id, so that an id planted before is worth nothing. */
  open(adminId?: string): AdminSession;
  end(id: string): void;
  matches(session: AdminSession, csrf: unknown): boolean;
  clear(): void;
}

const IDLE_MS = 60 * 60_000;
const LIFETIME_MS = 12 * IDLE_MS;
const MAX_SESSIONS = 2_000;

/** Kept in memory: a restart asks the administrator to sign in again. */
export function createAdminSessions(clock: Clock): AdminSessions {
  const sessions = new Map<string, { readonly session: AdminSession; readonly endsAt: number; idleAt: number }>();

  /** Somebody who opens page after page without signing in must not push an administrator out. */
  function makeRoom(): void {
    if (sessions.size < MAX_SESSIONS) return;
    const [oldest] = sessions.keys();
    for (const [id, { session }] of sessions) {
      if (session.adminId !== undefined) continue;
      sessions.delete(id);
      return;
    }
    if (oldest !== undefined) sessions.delete(oldest);
  }

  return {
    find(id) {
      const entry = id === undefined ? undefined : sessions.get(id);
      if (entry === undefined || entry.endsAt <= clock.now() || entry.idleAt <= clock.now()) return undefined;
      entry.idleAt = clock.now() + IDLE_MS;
      return entry.session;
    },
    open(adminId) {
      makeRoom();
      const session = { id: randomBase62(32), csrf: randomBase62(32), adminId, flash: undefined };
      sessions.set(session.id, { session, endsAt: clock.now() + LIFETIME_MS, idleAt: clock.now() + IDLE_MS });
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
