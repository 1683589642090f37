import { randomUUID } from 'node:crypto';
import type { Context } from '../context.ts';
import type { User } from '../directory/user.ts';
import { type NewLogEvent, userActor } from '../system-log/log-event.ts';
import type { HookStore } from './hook-store.ts';
import { type InlineHook, PASSWORD_IMPORT } from './inline-hook.ts';

/** Okta gives a hook three seconds and asks once more after a timeout. Source: Okta, "Inline hooks", timeout and retry. */
const TIMEOUT_MS = 3000;
const MAX_ANSWER = 64 * 1024;

export type HookVerdict = 'verified' | 'unverified' | 'failed';

/** Asks the password import hook of the org whether a password is right. Source: Okta, "Password import inline hook". */
export function createPasswordImport({ systemLog, clock, config, log }: Context, hooks: HookStore) {
  async function call(hook: InlineHook, username: string, password: string, signal: AbortSignal): Promise<HookVerdict> {
    const { uri, headers, authScheme } = hook.channel.config;
    const now = new Date(clock.now()).toISOString();
    const response = await fetch(uri, {
      method: 'POST',
      redirect: 'error',
      signal,
      headers: {
        ...Object.fromEntries(headers.map(({ key, value }) => [key, value])),
        ...(authScheme === undefined ? {} : { [authScheme.key]: authScheme.value }),
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        eventId: randomUUID(),
        eventTime: now,
        eventType: PASSWORD_IMPORT,
        eventTypeVersion: '1.0',
        contentType: 'application/json',
        cloudEventVersion: '0.1',
        source: `${config.publicUrl}/api/v1/inlineHooks/${hook.id}`,
        data: {
          context: {
            request: { id: randomUUID(), method: 'POST', url: { value: '/api/v1/authn' }, ipAddress: '127.0.0.1' },
            credential: { username, password },
          },
          action: { credential: 'UNVERIFIED' },
        },
      }),
    });
    const text = await textOf(response);
    if (response.status === 204) return 'unverified';
    if (response.status !== 200) return 'failed';
    return saysVerified(text) ? 'verified' : 'unverified';
  }

  async function ask(hook: InlineHook, username: string, password: string): Promise<HookVerdict> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    try {
      return await call(hook, username, password, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      return call(hook, username, password, AbortSignal.timeout(TIMEOUT_MS));
    }
  }

  return {
    /** Whether there is somebody to ask. */
    active: (): boolean => hooks.active() !== undefined,
    /** `from`: who is signing in, for the System Log. */
    async verify(
      user: User,
      password: string,
      from: Pick<NewLogEvent, 'client' | 'transactionId'> = {},
    ): Promise<HookVerdict> {
      const hook = hooks.active();
      let verdict: HookVerdict = 'failed';
      if (hook !== undefined) {
        try {
          verdict = await ask(hook, user.profile.login, password);
        } catch (error) {
          // The request holds a password: its body is not part of what fetch says of a failure.
          log.warn({ hook: hook.id, reason: error instanceof Error ? error.message : 'unknown' }, 'inline hook failed');
        }
      }
      systemLog.append({
        eventType: 'user.import.password',
        displayMessage: 'Import user password',
        actor: userActor(user),
        target:
          hook === undefined ? [] : [{ id: hook.id, type: 'InlineHook', alternateId: null, displayName: hook.name }],
        outcome:
          verdict === 'verified'
            ? { result: 'SUCCESS' }
            : { result: 'FAILURE', reason: hook ? verdict.toUpperCase() : 'NO_HOOK' },
        client: from.client,
        transactionId: from.transactionId,
      });
      return verdict;
    },
  };
}

export type PasswordImport = ReturnType<typeof createPasswordImport>;

/** What is longer than any answer to the question is none. */
async function textOf({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  // Leaving the loop ends the connection.
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > MAX_ANSWER) return '';
  }
  return text;
}

function saysVerified(text: string): boolean {
  try {
    const body: unknown = JSON.parse(text);
    const commands: unknown =
      typeof body === 'object' && body !== null && 'commands' in body ? body.commands : undefined;
    if (!Array.isArray(commands)) return false;
    // What a stranger's service answers may have any shape: only the exact one counts.
    return commands.some(
      (command: { type?: unknown; value?: { credential?: unknown } } | null) =>
        command?.type === 'com.okta.action.update' && command.value?.credential === 'VERIFIED',
    );
  } catch {
    return false;
  }
}
