import { setTimeout as sleep } from 'node:timers/promises';
import { AgentError, type Witness } from './agents/agent-error.ts';
import type { BindOutcome } from './agents/protocol.ts';
import type { Context } from './context.ts';
import { HashBusyError } from './directory/hash-workers.ts';
import type { User } from './directory/user.ts';
import type { NewLogEvent } from './system-log/log-event.ts';
import { userActor } from './system-log/log-event.ts';

/**
 * What became of a username and password. Only `ok` lets anybody in, and whoever asks shows one generic message for
 * the refusals; the rest says that the password could not be judged.
 *
 * - `invalid`: no such user, several of that name, or a wrong password.
 * - `locked`, `password-expired`, `must-change`: said by the directory or by Okta's own policy.
 * - `not-active`: the password is right, and the user's status does not allow a sign-in.
 * - `agent-unavailable`, `timeout`, `directory-error`: the directory that keeps the password did not answer.
 * - `hook-failed`: the password import inline hook, which knows the password, did not answer.
 * - `busy`: too many passwords with costly hashes are being judged.
 */
export type AuthenticationResult =
  | { readonly outcome: 'ok'; readonly user: User }
  | { readonly outcome: Refusal | Failure; readonly user?: User };

export type Refusal = 'invalid' | 'locked' | 'password-expired' | 'must-change' | 'not-active';
export type Failure = 'agent-unavailable' | 'timeout' | 'directory-error' | 'hook-failed' | 'busy';

export interface AuthenticateOptions {
  /** For the System Log. */
  readonly client?: NewLogEvent['client'];
  readonly transactionId?: string | undefined;
  /** How long a directory may take. Default 10 seconds. */
  readonly deadlineMs?: number | undefined;
}

export type Authenticate = (
  login: string,
  password: string,
  options?: AuthenticateOptions,
) => Promise<AuthenticationResult>;

const DEADLINE_MS = 10_000;
/** A refusal takes at least this long: how long it takes tells nothing about whether the user exists. */
const REFUSAL_MS = 120;
const MAX_LOGIN = 320;
const MAX_PASSWORD = 1_000;

/** Judges passwords: by the directory behind the agent while that is so, else by Okta's own hash. */
export function createAuthenticate(context: Context): Authenticate {
  const { directory, services } = context;
  const { users } = directory;

  function logDelegated(
    user: User,
    result: AuthenticationResult,
    witness: DelegatedBind,
    options: AuthenticateOptions,
  ): void {
    context.systemLog.appendSoon({
      eventType: 'user.authentication.auth_via_LDAP_agent',
      displayMessage: 'Authenticate user via LDAP agent',
      actor: userActor(user),
      outcome:
        result.outcome === 'ok'
          ? { result: 'SUCCESS' }
          : { result: 'FAILURE', reason: result.outcome.toUpperCase().replaceAll('-', '_') },
      client: options.client,
      transactionId: options.transactionId,
      credentialType: 'PASSWORD',
      debugData: toldOf(witness),
    });
  }

  /** The password is kept by the directory: the agent binds as the user. */
  async function delegated(user: User, dn: string, password: string, options: AuthenticateOptions) {
    try {
      const { outcome, witness } = await bind(dn, password, options);
      const result = judge(user, outcome);
      logDelegated(user, result, { dn, ...witness }, options);
      return result;
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      const result = { outcome: failureOf(error), user };
      logDelegated(user, result, { dn, error: error.detail ?? error.code, ...error.witness }, options);
      return result;
    }
  }

  function judge(user: User, outcome: BindOutcome): AuthenticationResult {
    if (outcome !== 'ok') return { outcome, user };
    // Read again: somebody may have suspended or deleted the user while the directory was asked.
    const now = users.get(user.id);
    if (now === undefined) return { outcome: 'invalid' };
    if (now.status !== 'ACTIVE') return { outcome: now.status === 'LOCKED_OUT' ? 'locked' : 'not-active', user: now };
    // The answer leaves first. Whoever asks afterwards finds it recorded: this comes before the next request.
    setImmediate(recordSignIn, user.id);
    return { outcome: 'ok', user: now };
  }

  function recordSignIn(id: string): void {
    try {
      users.recordSignIn(id);
    } catch (error) {
      context.log.error({ err: error }, 'a sign-in could not be recorded');
    }
  }

  async function bind(dn: string, password: string, options: AuthenticateOptions) {
    const { remoteDirectory } = services;
    if (remoteDirectory === undefined) throw new AgentError('agent-unavailable', 'There is no agent gateway.');
    return remoteDirectory.bind({ dn, password }, options.deadlineMs ?? DEADLINE_MS);
  }

  /** The password is with the service behind the password import inline hook, until it has been right once. */
  async function atTheHook(
    user: User,
    password: string,
    options: AuthenticateOptions,
  ): Promise<boolean | 'hook-failed'> {
    // Somebody who may not sign in whatever the password: it need not leave the house.
    if (!['ACTIVE', 'PASSWORD_EXPIRED', 'RECOVERY'].includes(user.status)) {
      return users.verifyPassword(undefined, password);
    }
    switch (await services.passwordImport?.verify(user, password, options)) {
      case 'verified':
        await users.adoptPassword(user.id, password);
        return true;
      case 'unverified':
        return false;
      default:
        return 'hook-failed';
    }
  }

  /** Whether it is the password that Okta has, or can ask for. */
  async function matchesHere(
    user: User,
    password: string,
    options: AuthenticateOptions,
  ): Promise<boolean | 'hook-failed' | 'busy'> {
    try {
      if (user.passwordKind === 'hook') return await atTheHook(user, password, options);
      return await users.verifyPassword(user.id, password);
    } catch (error) {
      if (error instanceof HashBusyError) return 'busy';
      throw error;
    }
  }

  /** Okta judges the password itself. */
  async function local(user: User, password: string, options: AuthenticateOptions): Promise<AuthenticationResult> {
    const matches = await matchesHere(user, password, options);
    if (typeof matches === 'string') return { outcome: matches, user };
    // Read again: another attempt may have locked the user meanwhile.
    const now = users.get(user.id);
    if (now === undefined) return { outcome: 'invalid' };
    if (now.status === 'LOCKED_OUT') return { outcome: 'locked', user: now };
    if (!matches) {
      // Where there is no password there is nothing to guess, and nobody to lock out of setting one.
      const counted = now.passwordKind === 'none' ? now : users.recordFailedSignIn(user.id);
      if (counted.status === 'LOCKED_OUT') {
        context.systemLog.append({
          eventType: 'user.account.lock',
          displayMessage: 'Max sign in attempts exceeded',
          actor: userActor(counted),
          target: [userActor(counted)],
          outcome: { result: 'FAILURE', reason: 'LOCKED_OUT' },
          client: options.client,
          transactionId: options.transactionId,
        });
      }
      return { outcome: 'invalid', user: counted };
    }
    if (now.status === 'PASSWORD_EXPIRED') return { outcome: 'password-expired', user: now };
    if (now.status !== 'ACTIVE') return { outcome: 'not-active', user: now };
    return { outcome: 'ok', user: users.recordSignIn(user.id) };
  }

  /** Nobody of that name here: perhaps the directory knows them. Takes the way that a known user's password takes. */
  async function unknown(login: string, password: string, options: AuthenticateOptions): Promise<AuthenticationResult> {
    const integration = services.ldapIntegration;
    if (integration === undefined || !integration.delegates()) {
      await users.verifyPassword(undefined, password);
      return { outcome: 'invalid' };
    }
    try {
      const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
      const found = await integration.findForJit(login, deadlineMs);
      const dn = found?.dn ?? integration.nobodyDn();
      const { outcome, witness } = await bind(dn, password, options);
      if (found === undefined) return { outcome: 'invalid' };
      if (outcome !== 'ok') return { outcome };
      const user = found.create();
      if (user === undefined) return { outcome: 'invalid' };
      logDelegated(user, { outcome: 'ok', user }, { dn, ...witness }, options);
      return user.status === 'ACTIVE'
        ? { outcome: 'ok', user: users.recordSignIn(user.id) }
        : { outcome: 'not-active', user };
    } catch (error) {
      return { outcome: failureOf(error) };
    }
  }

  async function find(login: string, password: string, options: AuthenticateOptions): Promise<AuthenticationResult> {
    if (!plausible(login, MAX_LOGIN) || !plausible(password, MAX_PASSWORD)) return { outcome: 'invalid' };
    const named = users.findByName(login);
    const [user] = named;
    if (user === undefined) return unknown(login, password, options);
    if (named.length > 1) {
      await users.verifyPassword(undefined, password);
      return { outcome: 'invalid' };
    }
    const dn = user.provider.type === 'LDAP' ? services.ldapIntegration?.dnOf(user.id) : undefined;
    if (dn !== undefined && services.ldapIntegration?.delegates() === true)
      return delegated(user, dn, password, options);
    return local(user, password, options);
  }

  return async (login, password, options = {}) => {
    const startedAt = performance.now();
    const result = await find(login, password, options);
    const left = REFUSAL_MS - (performance.now() - startedAt);
    if (result.outcome !== 'ok' && left > 0) await sleep(left);
    return result;
  };
}

/** The bind that an agent made for Okta. */
interface DelegatedBind extends Witness {
  readonly dn: string;
  readonly error?: string;
}

/** What Okta's own event leaves out: which agent asked which directory as whom, how long that took, what was wrong. */
function toldOf({ dn, agent, asked, error }: DelegatedBind): Readonly<Record<string, string>> {
  return {
    directoryDn: dn,
    ...(agent === undefined ? {} : { agent }),
    ...(asked === undefined ? {} : { directoryUrl: asked.url, durationMs: asked.ms.toFixed(1) }),
    ...(error === undefined ? {} : { error }),
  };
}

/** An empty password would be an anonymous bind (RFC 4513 section 5.1.2), a NUL cuts strings short in C programs. */
function plausible(text: unknown, max: number): boolean {
  return typeof text === 'string' && text !== '' && text.length <= max && !text.includes('\0');
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof AgentError)) throw error;
  switch (error.code) {
    case 'agent-unavailable':
    case 'agent-lost':
      return 'agent-unavailable';
    case 'agent-timeout':
      return 'timeout';
    case 'directory-error':
      return error.detail === 'timeout' ? 'timeout' : 'directory-error';
    default:
      return error.code satisfies never;
  }
}
