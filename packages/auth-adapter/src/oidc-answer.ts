import type { ErrorRequestHandler, Request, Response } from 'express';
import { AuthError } from './auth-error.ts';
import { isFromTheFuture } from './id-token-fault.ts';
import type { OidcProvider } from './oidc-provider.ts';
import { type SignedIn, sessionOf } from './oidc-session.ts';

/** Milliseconds for all requests of one answer together: token, keys and userinfo. */
const ANSWER_LIMIT_MS = 15_000;

/** What the middleware leaves on the request of a finished sign-in. */
interface UserContext {
  readonly userinfo?: Readonly<Record<string, unknown>>;
  readonly tokens: {
    readonly id_token: string;
    readonly access_token?: string;
    readonly expires_at?: number;
    claims(): Readonly<Record<string, unknown>> & { readonly exp: number; readonly iat: number };
  };
}

/** Lets the middleware judge answers of the provider one by one, each with its own end. */
export interface AnswerJudge {
  /** For the middleware: it calls this with the outcome of each answer. */
  readonly onAnswer: ErrorRequestHandler;
  /**
   * Resolves when the session holds a new sign-in, under a new session id.
   * @throws whatever the middleware found wrong with the answer
   */
  judge(provider: OidcProvider, request: Request, response: Response): Promise<void>;
}

export function createAnswerJudge(): AnswerJudge {
  const waiting = new WeakMap<Request, (error: unknown) => void>();
  return {
    // Four parameters: the middleware counts them to see whether errors may be passed.
    onAnswer: (error, request, _response, _next) => waiting.get(request)?.(error),
    judge: (provider, request, response) =>
      new Promise<void>((resolve, reject) => {
        const deadline = setTimeout(
          () => reject(new AuthError('timeout', 'The provider did not finish its answer in time.')),
          ANSWER_LIMIT_MS,
        ).unref();
        const finish = (error: unknown): void => {
          clearTimeout(deadline);
          waiting.delete(request);
          if (error === undefined || error === null) {
            resolve();
          } else {
            reject(error);
          }
        };
        waiting.set(request, finish);
        provider.callback(request, response, finish);
      }).then(() => keepInSession(request)),
  };
}

/** Plain values instead of the token set, whose methods and claims do not survive the way through a session store. */
function keepInSession(request: Request): void {
  // The middleware's types augment the Request of Express 4.
  const { userinfo, tokens } = (request as Request & { userContext: UserContext }).userContext;
  const claims = tokens.claims();
  const session = sessionOf(request);
  delete session.passport;
  if (isFromTheFuture(claims)) {
    // openid-client looks at `nbf`, which Okta does not send, and leaves `iat` alone.
    const detail = 'id-token-from-the-future';
    throw new AuthError('misconfigured', 'The clocks of provider and app differ by too much.', { detail });
  }
  // By lifetime and not by `exp`: a clock that differs, within the allowance, shortens nobody's session.
  const expiresAt = Math.floor(Date.now() / 1000) + claims.exp - claims.iat;
  session.oidcSignedIn = {
    claims,
    ...(userinfo === undefined ? {} : { userinfo }),
    expiresAt: Math.min(expiresAt, tokens.expires_at ?? expiresAt),
    idToken: tokens.id_token,
    ...(tokens.access_token === undefined ? {} : { accessToken: tokens.access_token }),
  } satisfies SignedIn;
}
