import { z } from 'zod';

/**
 * What travels between this agent and Local Okta. Both ends keep their own copy of this file: the agent must not be
 * able to agree with the gateway by sharing code. All paths lie under `/local/agent/v1`, plainly none of Okta's.
 */
export const GATEWAY_PREFIX = '/local/agent/v1';

/** RFC 8628 section 3.2. */
export const deviceAuthorization = z.object({
  device_code: z.string().min(1),
  user_code: z.string().min(1),
  verification_uri: z.string(),
  verification_uri_complete: z.string(),
  expires_in: z.number().positive().max(86_400),
  interval: z.number().nonnegative().max(300).default(5),
});
export type DeviceAuthorization = z.infer<typeof deviceAuthorization>;

export const grantedToken = z.object({ access_token: z.string().min(1), agent_id: z.string().min(1) });

/** RFC 8628 section 3.5. */
export const tokenError = z.object({ error: z.string(), error_description: z.string().optional() });

const bindRequest = z.object({
  id: z.string(),
  kind: z.literal('bind'),
  dn: z.string().min(1),
  password: z.string().min(1),
  deadlineMs: z.number().positive(),
});

const searchRequest = z.object({
  id: z.string(),
  kind: z.literal('search'),
  base: z.string(),
  scope: z.enum(['base', 'one', 'sub']),
  filter: z.string(),
  attributes: z.array(z.string()),
  /** Absent: one answer of at most `sizeLimit` entries. Present: pages, each posted as it comes. */
  pageSize: z.number().int().positive().optional(),
  sizeLimit: z.number().int().nonnegative().default(0),
  deadlineMs: z.number().positive(),
});

const workRequest = z.discriminatedUnion('kind', [bindRequest, searchRequest]);
export type WorkRequest = z.infer<typeof workRequest>;
export type SearchWork = z.infer<typeof searchRequest>;
export type BindWork = z.infer<typeof bindRequest>;

/** What Okta says on the link: that it knows this agent now, and what it asks. */
export const oktaMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('work'), work: workRequest }),
  z.object({ kind: z.literal('welcome') }),
]);
export type OktaMessage = z.infer<typeof oktaMessage>;

/** Values keyed by attribute name in lower case. A value alone is a text. */
export interface Entry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

/** An entry of a page: its DN, then the values of each attribute in the order of the question; null where it has none. */
export type Row = readonly [dn: string, ...values: (string | readonly string[] | null)[]];

export type BindOutcome = 'ok' | 'invalid' | 'locked' | 'password-expired' | 'must-change';

export interface WorkError {
  readonly code: string;
  readonly message: string;
  readonly resultCode?: number;
}

/** How a bind went between this agent and the directory: the System Log tells it. */
export interface AskedDirectory {
  readonly url: string;
  readonly ms: number;
}

/** A page of a search; the `entries` that end it are none. `rows` is a JSON array of {@link Row}s already. */
export interface PageResult {
  readonly final: false;
  readonly rows: Buffer;
}

/** One part of the answer to one request; `final` ends it. */
export type WorkResult =
  | { readonly final: true; readonly outcome: BindOutcome; readonly asked: AskedDirectory }
  | { readonly final: true; readonly error: WorkError; readonly asked?: AskedDirectory }
  | { readonly final: true; readonly entries: readonly Entry[] }
  | PageResult;

/** How the agent is: Okta's dashboard shows it. */
export interface Heartbeat {
  /** One process; two processes with one token are told apart by it. */
  readonly instance: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  /** How many requests it works on at a time. */
  readonly capacity: number;
  readonly directory: { readonly ok: boolean; readonly code?: string; readonly message?: string };
}

/** What the agent says on the link: first and whenever it changes how it is, then its answers, and that it goes. */
export type AgentMessage =
  | { readonly kind: 'beat'; readonly beat: Heartbeat }
  | { readonly kind: 'result'; readonly id: string; readonly result: WorkResult }
  | { readonly kind: 'goodbye' };
