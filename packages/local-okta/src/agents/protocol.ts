import { z } from 'zod';

/**
 * What travels between Local Okta and its agents. Both ends keep their own copy of this file: the two must not be able
 * to agree by sharing code. The paths are plainly none of Okta's.
 */
export const GATEWAY_PREFIX = '/local/agent/v1';

const shortText = z.string().min(1).max(200);

/** The root of an agent's tree tells which directory it serves. */
export const registrationRequest = z.object({ name: shortText, version: shortText, root: z.string().min(1).max(1000) });

export const tokenRequest = z.object({ grant_type: z.string(), device_code: z.string().min(1).max(200) });

const heartbeatFields = {
  instance: shortText,
  name: shortText,
  version: shortText,
  root: z.string().min(1).max(1000),
  /** How many more requests it can take now. */
  capacity: z.number().int().min(0).max(1000),
  directory: z.object({
    ok: z.boolean(),
    code: z.string().max(100).optional(),
    message: z.string().max(1000).optional(),
  }),
};
export type Heartbeat = z.infer<z.ZodObject<typeof heartbeatFields>>;

export const goodbye = z.object({ instance: shortText });

export interface Entry {
  readonly dn: string;
  /** By attribute name in lower case. A value alone is a text: most are, a million times per import. */
  readonly attributes: Readonly<Record<string, string | readonly string[]>>;
}

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

/** One part of the answer to one request; `final` ends it. */
export const workResult = z.union([
  // By hand: a hundred thousand entries go through it, and an import spends its time elsewhere.
  z.object({ final: z.boolean(), entries: z.custom<readonly Entry[]>(areEntries) }),
  z.object({ final: z.literal(true), outcome: bindOutcome, asked: askedDirectory.optional() }),
  z.object({ final: z.literal(true), error: workError, asked: askedDirectory.optional() }),
]);
export type WorkResult = z.infer<typeof workResult>;

/** A part of an answer that is posted by itself. */
export const postedResult = z.intersection(z.object({ instance: shortText }), workResult);

/** A poll brings the answers that are ready: a short question costs one request, not two. */
export const poll = z.object({
  ...heartbeatFields,
  results: z
    .array(z.intersection(z.object({ id: shortText }), workResult))
    .max(100)
    .default([]),
});

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

/** As a poll hands it out. */
export type WorkRequest = Question & { readonly id: string; readonly deadlineMs: number };

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
