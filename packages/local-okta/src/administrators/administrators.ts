import type { Request, Response } from 'express';
import type { Context } from '../context.ts';
import type { User } from '../directory/user.ts';
import { type AdminSession, createAdminSessions } from './admin-sessions.ts';
import { createFailureThrottle } from './failure-throttle.ts';

export type AdminSignIn = 'signed-in' | 'refused' | 'throttled';

/** Administrators at their browsers: one session for the Admin Console and for whatever else asks for an administrator. */
export interface Administrators {
  /** The session of the browser, if it has one. */
  sessionOf(request: Request): AdminSession | undefined;
  /** The same, or a new one that nobody has signed in to. */
  ensureSession(request: Request, response: Response): AdminSession;
  /** The administrator of this session, if they still are one. */
  adminOf(session: AdminSession | undefined): User | undefined;
  /** Whether a form comes from a page of this session. */
  sentBy(session: AdminSession, csrf: string): boolean;
  signIn(request: Request, response: Response, username: string, password: string): Promise<AdminSignIn>;
  signOut(request: Request, response: Response): void;
  /** Everybody signs in again. */
  reset(): void;
}

const COOKIE = 'local-okta-admin';

export function createAdministrators({
  directory,
  clock,
  config,
  services,
}: Pick<Context, 'directory' | 'clock' | 'config' | 'services'>): Administrators {
  const sessions = createAdminSessions(clock);
  const throttle = createFailureThrottle(clock);
  // Lax: an agent's link, or one of a tutorial, leads to a page of whoever has signed in. Posts need more than the cookie.
  const cookie = { httpOnly: true, sameSite: 'lax', secure: config.publicUrl.startsWith('https:'), path: '/' } as const;

  function sessionOf(request: Request): AdminSession | undefined {
    const [, id] = new RegExp(`(?:^|;\\s*)${COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '') ?? [];
    return sessions.find(id);
  }

  function open(response: Response, adminId?: string): AdminSession {
    const session = sessions.open(adminId);
    response.cookie(COOKIE, session.id, cookie);
    return session;
  }

  return {
    sessionOf,
    ensureSession: (request, response) => sessionOf(request) ?? open(response),
    adminOf(session) {
      const user = session?.adminId === undefined ? undefined : directory.users.get(session.adminId);
      return user?.status === 'ACTIVE' && directory.adminRoles.isSuperAdmin(user.id) ? user : undefined;
    },
    sentBy: sessions.matches,
    async signIn(request, response, username, password) {
      const address = request.socket.remoteAddress ?? '';
      if (throttle.blocked(address)) return 'throttled';
      const result =
        username === '' || password === ''
          ? undefined
          : await services.authenticate?.(username, password, {
              client: { ipAddress: address, userAgent: request.headers['user-agent'] },
              transactionId: String(response.locals.requestId),
            });
      const user = result?.outcome === 'ok' ? result.user : undefined;
      if (user === undefined || !directory.adminRoles.isSuperAdmin(user.id)) {
        throttle.failed(address);
        return 'refused';
      }
      throttle.succeeded(address);
      const before = sessionOf(request);
      if (before !== undefined) sessions.end(before.id);
      open(response, user.id);
      return 'signed-in';
    },
    signOut(request, response) {
      const session = sessionOf(request);
      if (session !== undefined) sessions.end(session.id);
      response.clearCookie(COOKIE, cookie);
    },
    reset() {
      sessions.clear();
      throttle.clear();
    },
  };
}
