import { z } from 'zod';

/**
 * What travels between Local Okta and its agents. Both ends keep their own copy of this file: the two must not be able
 * to agree by sharing code. The paths are plainly none of Okta's.
 */
export const GATEWAY_PREFIX = '/local/agent/v1';

/** A page holds 500 entries, and a group of a hundred thousand members is one entry. */
export const MAX_RESULT_BYTES = 64 * 1024 * 1024;

/** The database takes no NUL. */
const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((value) => !value.includes('\0'));
const shortText = text(200);

/** The root of an agent's tree tells which directory it serves. */
export const registrationRequest = z.object({ name: shortText, version: shortText, root: text(1000) });

export const tokenRequest = z.object({ grant_type: z.string(), device_code: z.string().min(1).max(200) });

const heartbeat = z.object({
  instance: shortText,
  name: shortText,
  version: shortText,
  root: text(1000),
  /** How many requests it works on at a time. */
  capacity: z.number().int().min(0).max(1000),
  directory: z.object({
    ok: z.boolean(),
    code: z.string().max(100).optional(),
    message: z.string().max(1000).optional(),
  }),
});
export type Heartbeat = z.infer<typeof heartbeat>;

export interface Entry {
  readonly dn: string;
  /** By attribute name in lower case. A value alone is a text. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

/** An entry of a page: its DN, then the values of each attribute in the order of the question; null where it has none. */
export type Row = readonly [dn: string, ...values: Values[]];
export type Values = string | readonly string[] | null;

const bindOutcome = z.enum(['ok', 'invalid', 'locked', 'password-expired', 'must-change']);
export type BindOutcome = z.infer<typeof bindOutcome>;

const workError = z.object({
  code: z.string().max(100),
  message: z.string().max(2000),
  resultCode: z.number().int().optional(),
});
export type WorkError = z.infer<typeof workError>;

/** How a bind went between the agent and the directory, as the agent saw it. */
const askedDirectory = z.object({ url: z.string().max(500), ms: z.number().nonnegative() });
export type AskedDirectory = z.infer<typeof askedDirectory>;

/** The answer to one request, or what ends its pages: no entries, or an error. */
export const workResult = z.union([
  z.object({ final: z.literal(true), outcome: bindOutcome, asked: askedDirectory.optional() }),
  z.object({ final: z.literal(true), entries: z.custom<readonly Entry[]>(areEntries) }),
  z.object({ final: z.literal(true), error: workError, asked: askedDirectory.optional() }),
]);
export type WorkResult = z.infer<typeof workResult>;

/** A page of a search: JSON, not read yet. */
export interface Page {
  readonly final: false;
  readonly json: Buffer;
}

/** What ends a search in pages; like them it is posted by itself. */
export const postedResult = z.intersection(z.object({ instance: shortText }), workResult);

/**
 * What an agent says on its link: first and whenever it changes how it is, then the answers to questions that are no
 * streams of pages, and that it takes no more of them.
 */
export const agentMessage = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), id: shortText, result: workResult }),
  z.object({ kind: z.literal('beat'), beat: heartbeat }),
  z.object({ kind: z.literal('goodbye') }),
]);

export interface BindQuestion {
  readonly kind: 'bind';
  readonly dn: string;
  readonly password: string;
}

export interface SearchQuestion {
  readonly kind: 'search';
  readonly base: string;
  readonly scope: 'base' | 'one' | 'sub';
  readonly filter: string;
  readonly attributes: readonly string[];
  readonly sizeLimit?: number;
  /** With it the answer comes page by page. */
  readonly pageSize?: number;
}

export type Question = BindQuestion | SearchQuestion;

export type WorkRequest = Question & { readonly id: string; readonly deadlineMs: number };

/** What Okta says on the link: that it knows the agent now, and what it asks. */
export type OktaMessage = { readonly kind: 'welcome' } | { readonly kind: 'work'; readonly work: WorkRequest };

/** Undefined where it is no page. */
export function readPage({ json }: Page): readonly Row[] | undefined {
  try {
    const rows: unknown = JSON.parse(json.toString('utf8'));
    return Array.isArray(rows) && rows.every(isRow) ? rows : undefined;
  } catch {
    return undefined;
  }
}

// By hand: a hundred thousand entries go through it, and an import spends its time elsewhere.
function isRow(value: unknown): value is Row {
  if (!Array.isArray(value) || typeof value[0] !== 'string') return false;
  for (const values of value) if (values !== null && !isTexts(values)) return false;
  return true;
}

function areEntries(value: unknown): boolean {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (!('dn' in value) || typeof value.dn !== 'string' || !('attributes' in value)) return false;
  const { attributes } = value;
  if (typeof attributes !== 'object' || attributes === null) return false;
  // Parsed JSON: an object has no names but its own.
  for (const name in attributes) if (!isTexts(attributes[name as keyof typeof attributes])) return false;
  return true;
}

function isTexts(value: unknown): boolean {
  return typeof value === 'string' || (Array.isArray(value) && value.every((text) => typeof text === 'string'));
}
