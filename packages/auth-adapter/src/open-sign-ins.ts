import { localPath } from './return-path.ts';

/** Sign-ins that one browser may have open at once, one for each tab that was sent to the provider. */
const OPEN_AT_ONCE = 5;

export interface OpenSignIn {
  readonly state: string;
  readonly returnTo: string;
  /** State, nonce and PKCE verifier, as the strategy wants to find them under its session key. */
  readonly checks: unknown;
}

/** The part of a session that these functions read and write. */
interface SessionPart {
  oidcOpen?: OpenSignIn[];
  [sessionKey: `oidc:${string}`]: unknown;
}

/**
 * Puts aside what the strategy has just written for a sign-in. It remembers one alone, so that a second tab, or an answer
 * that somebody forged, would end the first.
 */
export function putAside(session: SessionPart, sessionKey: `oidc:${string}`, returnTo: string): void {
  const checks = session[sessionKey];
  delete session[sessionKey];
  const { state } = Object(checks) as { state?: unknown }; // the strategy's own record; looked at below
  if (typeof state === 'string') {
    const others = session.oidcOpen ?? [];
    session.oidcOpen = [...others, { state, returnTo: localPath(returnTo), checks }].slice(-OPEN_AT_ONCE);
  }
}

/**
 * Gives the strategy back what belongs to an answer, once: the answer may not be sent again.
 *
 * @returns where the sign-in leads, or undefined when no sign-in of this session has that state
 */
export function takeUp(session: SessionPart, sessionKey: `oidc:${string}`, state: unknown): string | undefined {
  const open = session.oidcOpen?.find((signIn) => signIn.state === state);
  if (open === undefined) {
    return undefined;
  }
  session.oidcOpen = session.oidcOpen?.filter((signIn) => signIn !== open) ?? [];
  session[sessionKey] = open.checks;
  return open.returnTo;
}
