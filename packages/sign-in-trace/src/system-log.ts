import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { lookupLocalhost } from '@ldap-to-okta/auth-adapter';
import { z } from 'zod';

/** What is used of an event of Okta's System Log. */
export interface LogEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly actorId: string;
  readonly login: string;
  readonly ok: boolean;
  readonly reason: string;
  readonly transaction: string;
  /** `debugContext.debugData`, as far as it is text. */
  readonly data: Readonly<Record<string, string>>;
}

export type LogProblem = 'unreachable' | 'token-refused' | 'too-many-requests' | 'not-understood';

export type LogReading =
  | { readonly ok: true; readonly events: readonly LogEvent[] }
  | { readonly ok: false; readonly problem: LogProblem };

export interface SystemLogReader {
  /** Events between two times, in milliseconds since 1970. Never throws. */
  read(from: number, until: number): Promise<LogReading>;
}

/** What a sign-in leaves in the log. Source: Okta, "Event types". */
const TYPES = [
  'system.ldapi.bind',
  'system.ldapi.search',
  'system.ldapi.admin_limit_exceeded',
  'user.authentication.auth_via_LDAP_agent',
  'user.import.password',
  'user.session.start',
  'app.oauth2.as.authorize',
  'app.oauth2.as.authorize.code',
  'app.oauth2.as.token.grant',
];
const TIMEOUT_MS = 3_000;
const MAX_EVENTS = 500;
const MAX_BYTES = 4 * 1024 * 1024;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const wireEvent = z.object({
  published: z.iso.datetime(),
  eventType: z.string(),
  actor: z.object({ id: text, alternateId: text }).nullish(),
  outcome: z.object({ result: text, reason: text }).nullish(),
  transaction: z.object({ id: text }).nullish(),
  debugContext: z.object({ debugData: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});

/**
 * Reads `/api/v1/logs` of an Okta org with an API token. Read-only administrators may; so that is what the token's owner
 * should be. Source: Okta, "System Log API".
 */
export function createSystemLogReader(org: { readonly url: string; readonly token: string }): SystemLogReader {
  return {
    async read(from, until) {
      const query = new URLSearchParams({
        since: new Date(from).toISOString(),
        until: new Date(until).toISOString(),
        filter: TYPES.map((type) => `eventType eq "${type}"`).join(' or '),
        // The newest, where there are too many.
        sortOrder: 'DESCENDING',
        limit: String(MAX_EVENTS),
      });
      const answer = await get(new URL(`/api/v1/logs?${query}`, org.url), org.token).catch(() => undefined);
      if (answer === undefined) {
        return { ok: false, problem: 'unreachable' };
      }
      if (answer.status === 401 || answer.status === 403) {
        return { ok: false, problem: 'token-refused' };
      }
      if (answer.status === 429) {
        return { ok: false, problem: 'too-many-requests' };
      }
      const events = answer.status === 200 ? eventsIn(answer.body) : undefined;
      return events === undefined ? { ok: false, problem: 'not-understood' } : { ok: true, events };
    },
  };
}

/** Follows no redirect: the token is for this org alone. */
function get(url: URL, token: string): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = { authorization: `SSWS ${token}`, accept: 'application/json' };
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const sent = send(url, { headers, signal, lookup: lookupLocalhost }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        body += piece;
        if (body.length > MAX_BYTES) {
          response.destroy(new Error('too long'));
        }
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** In the order in which they happened. An event of a shape that is not known is left out. */
function eventsIn(body: string): LogEvent[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (!Array.isArray(json)) {
    return undefined;
  }
  return json
    .flatMap((item: unknown) => wireEvent.safeParse(item).data ?? [])
    .map(
      ({ published, eventType, actor, outcome, transaction, debugContext }): LogEvent => ({
        at: Date.parse(published),
        type: eventType,
        actorId: actor?.id ?? '',
        login: actor?.alternateId ?? '',
        ok: outcome?.result === 'SUCCESS' || outcome?.result === 'ALLOW',
        reason: outcome?.reason ?? '',
        transaction: transaction?.id ?? '',
        data: Object.fromEntries(
          Object.entries(debugContext?.debugData ?? {}).filter(
            (entry): entry is [string, string] => typeof entry[1] === 'string',
          ),
        ),
      }),
    )
    .reverse();
}
