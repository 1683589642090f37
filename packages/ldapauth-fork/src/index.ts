import { EventEmitter } from 'node:events';
import * as errors from './errors.ts';
import type * as options from './options.ts';
import { readSettings } from './read-settings.ts';
import { closeEngines, engineFor } from './registry.ts';
import type * as step from './step.ts';
import * as watched from './watched.ts';

/**
 * A cheap handle on the pooled engine of one configuration, with the surface of ldapauth-fork. Connections belong to
 * the configuration and outlive the handle; `LdapAuth.closePools` ends them.
 *
 * @example
 * const auth = new LdapAuth({ url: 'ldap://127.0.0.1:1389', searchBase: 'ou=users,dc=example,dc=org', searchFilter: '(uid={{username}})' });
 * auth.authenticate('user01', 'password1', (error, user) => { … });
 */
class LdapAuth extends EventEmitter {
  static readonly LdapAuthError: typeof errors.LdapAuthError = errors.LdapAuthError;
  static readonly InvalidCredentialsError: typeof errors.InvalidCredentialsError = errors.InvalidCredentialsError;
  /** Which engine this is; the adapter refuses to start on any other. */
  static readonly engine = 'pooled' as const;

  readonly #options: options.LdapAuthOptions;
  readonly #onStep: step.OnStep | undefined;

  /** @throws TypeError naming every option that is missing, unknown or malformed */
  constructor(options: options.LdapAuthOptions | LdapAuth.Watched) {
    super();
    const isWatched = options instanceof watched.Watched;
    this.#options = isWatched ? options.options : options;
    this.#onStep = isWatched ? options.onStep : undefined;
    engineFor(this.#options);
  }

  /**
   * The same configuration, on the same connections, for one handle whose steps are told to `onStep` (and to that of
   * the options, if there is one): also the opening of a connection and the service bind, where this sign-in caused them.
   */
  static watch(options: options.LdapAuthOptions, onStep: step.OnStep): LdapAuth.Watched {
    return new watched.Watched(options, onStep);
  }

  /** Throws the TypeError that the constructor would throw. Opens nothing. */
  static validate(options: options.LdapAuthOptions): void {
    readSettings(options);
  }

  /** Resolves when a sign-in can be served now: service bind done, bases found. @throws LdapAuthError saying why not */
  static async check(options: options.LdapAuthOptions): Promise<void> {
    await engineFor(options).check();
  }

  /**
   * Ends the connections of one configuration, or of all, after the sign-ins in progress. Later sign-ins open anew.
   */
  static async closePools(options?: options.LdapAuthOptions): Promise<void> {
    await closeEngines(options);
  }

  /**
   * Judges one sign-in. The callback is called exactly once, never before this returns, and within the async context
   * of this call: with the user; with an `InvalidCredentialsError` (a refusal); or with an `LdapAuthError` (broken).
   */
  authenticate(username: unknown, password: unknown, callback: LdapAuth.Callback): void {
    // By nextTick: what the callback throws is an uncaught exception, as with any callback, not a rejection in here.
    const fail = (error: unknown): void => process.nextTick(callback, error);
    try {
      const judged = engineFor(this.#options).signIn(username, password, this.#onStep);
      judged.then((user) => process.nextTick(callback, null, user), fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Ends the handle. Connections stay with their pool. */
  close(callback?: () => void): void {
    if (callback !== undefined) {
      process.nextTick(callback);
    }
  }
}

namespace LdapAuth {
  export type Options = options.LdapAuthOptions;
  export type User = options.LdapUser;
  export type Entry = options.LdapEntry;
  export type Scope = options.Scope;
  export type Step = step.Step;
  export type OnStep = step.OnStep;
  export type Watched = watched.Watched;
  export type LdapAuthError = errors.LdapAuthError;
  export type LdapAuthErrorCode = errors.LdapAuthErrorCode;
  export type InvalidCredentialsError = errors.InvalidCredentialsError;
  export type RefusalReason = errors.RefusalReason;
  export type Callback = (error: Error | null, user?: User) => void;
}

export = LdapAuth;
