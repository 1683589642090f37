import { AuthError, type Identity, type Observer, RedirectRefusal, type Step } from '@ldap-to-okta/auth-adapter';
import { type Attempt, addStep, beginAttempt, type Ending, endAttempt, recent } from '@ldap-to-okta/sign-in-trace';
import type { ErrorRequestHandler, Request, RequestHandler } from 'express';
import { StateError } from './app-state.ts';

declare module 'express-session' {
  interface SessionData {
    /** For the page that explains a sign-in, where that is switched on: the last few of this browser. */
    signInAttempts?: Attempt[];
  }
}

/** Remembers the last sign-ins of a browser in its own session, through the new id that each sign-in gives it. */
export interface SignInTracer {
  /** After the session, before the sign-in. */
  readonly middleware: RequestHandler;
  /** Before the error pages: how a sign-in broke. */
  readonly onError: ErrorRequestHandler;
  begin(request: Request, by: Attempt['by'], typed?: string): void;
  /** For the steps of a sign-in on the form of this request. */
  observerOf(request: Request): Observer;
  /** For the steps of redirect adapters, which belong to a request. */
  readonly observeRedirects: Observer;
  end(request: Request, ending: Ending): void;
}

/** @param identityOf who a redirect adapter has just signed in */
export function createSignInTracer(identityOf: (request: Request) => Identity | undefined): SignInTracer {
  // The session is replaced in the middle of a request; what it held is carried over by hand.
  const remembered = new WeakMap<Request, Attempt[]>();
  const current = new WeakMap<Request, Attempt>();

  function save(request: Request, attempts: readonly Attempt[]): void {
    const kept = recent(attempts, Date.now());
    remembered.set(request, kept);
    request.session.signInAttempts = kept;
  }

  function begin(request: Request, by: Attempt['by'], typed?: string): Attempt {
    const attempt = beginAttempt(by, Date.now(), typed);
    current.set(request, attempt);
    save(request, [...(remembered.get(request) ?? []), attempt]);
    return attempt;
  }

  function end(request: Request, ending: Ending): void {
    const attempt = current.get(request) ?? begin(request, 'redirect');
    endAttempt(attempt, ending, Date.now());
    save(request, remembered.get(request) ?? []);
  }

  /** An answer belongs to the redirect that has its id; a redirect, to the request that began it. */
  function attemptFor(step: Step, request: Request): Attempt | undefined {
    const begun = current.get(request);
    if (begun !== undefined || step.kind !== 'exchange') {
      return begun;
    }
    const answers = (one: Step): boolean => one.kind === 'redirect' && one.id === step.id;
    return remembered.get(request)?.find(({ steps }) => steps.some(answers));
  }

  return {
    begin,
    end,
    observerOf: (request) => {
      const attempt = current.get(request);
      return (step) => attempt && addStep(attempt, step, Date.now());
    },
    observeRedirects(step, request) {
      const attempt = request && attemptFor(step, request);
      if (request === undefined || attempt === undefined) {
        return;
      }
      current.set(request, attempt);
      addStep(attempt, step, Date.now());
      const identity = step.kind === 'exchange' && step.outcome === 'ok' ? identityOf(request) : undefined;
      if (identity === undefined) {
        save(request, remembered.get(request) ?? []);
      } else {
        end(request, { kind: 'ok', ...personIn(identity) });
      }
    },
    middleware(request, _response, next) {
      const { signInAttempts } = request.session;
      if (signInAttempts !== undefined) {
        const kept = recent(signInAttempts, Date.now());
        remembered.set(request, kept);
        if (kept.length < signInAttempts.length) {
          save(request, kept);
        }
      }
      next();
    },
    // Express knows an error handler by its four parameters.
    onError(error: unknown, request, _response, next) {
      if (error instanceof RedirectRefusal) {
        end(request, { kind: 'sent-back', code: error.code, detail: error.detail });
      } else if (error instanceof AuthError || (error instanceof StateError && current.has(request))) {
        end(request, { kind: 'broken', code: error.code, detail: error.detail });
      }
      next(error);
    },
  };
}

function personIn({ username, claims }: Identity): { readonly username: string; readonly userId?: string } {
  return { username, ...(typeof claims?.sub === 'string' ? { userId: claims.sub } : {}) };
}
