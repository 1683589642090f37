import LdapAuth from 'ldapauth-fork';
import { Strategy as LdapStrategy } from 'passport-ldapauth';
import type { Asked, Credentials, PasswordAuth, RefusalReason, SignInResult } from './auth-adapter.ts';
import { AuthError } from './auth-error.ts';
import { assertPooledEngine } from './engine.ts';
import type { AuthMode, Identity } from './identity.ts';
import type { Observer } from './observer.ts';
import { REFUSAL_CODES, refusalOf } from './refusal-messages.ts';

export interface LdapSignInOptions {
  readonly mode: AuthMode;
  readonly asks: Asked;
  readonly usernameExample: string;
  /** The directory, as the engine under passport-ldapauth wants it described. */
  readonly server: LdapAuth.Options;
  /** Makes an identity of the entry that signed in. */
  readonly identify: (user: LdapAuth.User) => Identity;
  readonly observe?: Observer | undefined;
}

/** What the strategy is given in place of a browser's request. */
interface Attempt {
  readonly credentials: Credentials;
  readonly onStep: Observer;
}

/**
 * What the LDAP modes share: passport-ldapauth's Strategy, run once for each sign-in on a request of our own, so that
 * credentials come from nowhere else.
 *
 * @throws AuthError `misconfigured` on another engine than the pooled one
 */
export function createLdapSignIn({
  mode,
  asks,
  usernameExample,
  server,
  identify,
  observe,
}: LdapSignInOptions): PasswordAuth {
  assertPooledEngine();
  // The engine keeps one set of connections for equal options. A function is equal to itself alone: what this adapter
  // opens and closes is its own. Frozen, because the engine then need not look for changes at each sign-in.
  const directory: LdapAuth.Options = Object.freeze({ ...server, onStep: () => {} });
  const credentialsLookup = ({ credentials }: Attempt): Credentials => credentials;
  const strategy = new LdapStrategy<Attempt>(({ onStep }, choose) =>
    choose(undefined, { server: LdapAuth.watch(directory, onStep), credentialsLookup }),
  );

  const judge = (credentials: Credentials, onStep: Observer): Promise<SignInResult> =>
    new Promise((resolve, reject) => {
      // As passport does it: the outcomes are set on an object of this request, not on the strategy.
      const attempt: LdapStrategy<Attempt> = Object.create(strategy);
      attempt.success = (user) => resolve({ ok: true, identity: identify(user) });
      attempt.fail = ({ message }) => resolve(refusalOf(message));
      attempt.error = (error) => reject(authErrorOf(error));
      attempt.authenticate({ credentials, onStep }, REFUSAL_CODES);
    });

  return {
    kind: 'password',
    mode,
    asks,
    usernameExample,
    authenticate: async (credentials, observeThis) => {
      let bindOutcome = 'ok';
      const result = await judge(credentials, (step) => {
        if (step.kind === 'bind' && step.purpose === 'user') {
          bindOutcome = step.outcome;
        }
        observe?.(step);
        observeThis?.(step);
      });
      return result.ok ? result : { ...result, ...moreExact(bindOutcome, result.reason) };
    },
    ready: () => LdapAuth.check(directory).catch((error: unknown) => Promise.reject(authErrorOf(error))),
    close: () => LdapAuth.closePools(directory),
  };
}

/** passport-ldapauth passes on a reason alone; the step of the bind may have told more. */
function moreExact(bindOutcome: string, reason: RefusalReason): { readonly detail?: string } {
  return bindOutcome === 'ok' || bindOutcome === reason ? {} : { detail: bindOutcome };
}

/** The engine's error under the name that callers of the seam know; the codes are the same. */
function authErrorOf(error: unknown): AuthError {
  if (error instanceof LdapAuth.LdapAuthError) {
    return new AuthError(error.code, error.message, { cause: error.cause ?? error, detail: error.detail });
  }
  return new AuthError('unavailable', 'The sign-in failed in an unexpected way.', {
    cause: error,
    detail: 'unexpected',
  });
}
