import { DirectoryError, type FieldProblem } from './directory-error.ts';
import type { ProfileValue, UserProfile } from './user.ts';

const MAX_TEXT = 1024;

interface TextRule {
  readonly min?: number;
  readonly max: number;
  /** The value is an address, or this is said. */
  readonly address?: string;
}

/** Attributes that are texts. Source: Okta's default user schema. */
const TEXTS: ReadonlyMap<string, TextRule> = new Map([
  ['login', { min: 5, max: 100, address: 'Username must be in the form of an email address' }],
  ['email', { min: 5, max: 100, address: 'Does not match required pattern' }],
  ['secondEmail', { min: 5, max: 100, address: 'Does not match required pattern' }],
  ['firstName', { max: 50 }],
  ['lastName', { max: 50 }],
  ['mobilePhone', { max: 100 }],
  ['displayName', { max: MAX_TEXT }],
]);
const ATTRIBUTE_NAME = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;
const EMAIL = /^[^\s@"(),:;<>[\\\]]+@[^\s@"(),:;<>[\\\]]+$/u;

/** Attributes that everybody has in Okta's default profile. */
const REQUIRED = ['login', 'email', 'firstName', 'lastName'] as const;

/**
 * The profile if it can be stored.
 * @throws DirectoryError `invalid`, with every problem found
 */
export function checkProfile(profile: Readonly<Record<string, unknown>>): UserProfile {
  const problems: FieldProblem[] = [];
  const checked: Record<string, ProfileValue> = {};
  for (const [field, value] of Object.entries(profile)) {
    if (value === undefined || value === null) continue;
    const problem = ATTRIBUTE_NAME.test(field) ? valueProblem(field, value) : 'The attribute name is not allowed';
    if (problem === undefined)
      checked[field] = value as ProfileValue; // valueProblem has looked
    else problems.push({ field: field.slice(0, 100), problem });
  }
  for (const field of REQUIRED) {
    const value = checked[field];
    const known = problems.some((entry) => entry.field === field);
    if (!known && (value === undefined || value === '')) {
      problems.push({ field, problem: 'The field cannot be left blank' });
    }
  }
  if (problems.length > 0) {
    throw new DirectoryError('invalid', `Invalid profile: ${problems.map(({ field }) => field).join(', ')}`, problems);
  }
  return checked as unknown as UserProfile; // REQUIRED holds
}

function valueProblem(field: string, value: unknown): string | undefined {
  if (Array.isArray(value)) {
    const bad =
      value.length > 1000 || value.some((item) => typeof item !== 'number' && textProblem(item) !== undefined);
    return bad ? 'Array contains an invalid value' : undefined;
  }
  const rule = TEXTS.get(field);
  if (rule !== undefined) {
    const { min = 0, max, address } = rule;
    const problem = textProblem(value, max);
    if (problem !== undefined || value === '') return problem;
    const text = String(value);
    if (address !== undefined && !EMAIL.test(text)) return address;
    return text.length < min ? `String cannot be shorter than ${min} characters` : undefined;
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return undefined;
  return textProblem(value);
}

/** What is wrong with a value that should be a text. */
export function textProblem(value: unknown, max = MAX_TEXT): string | undefined {
  if (typeof value !== 'string') return 'The value is of the wrong type';
  if ([...value].length > max) return `String cannot be longer than ${max} characters`;
  // Control characters break lines of logs and LDIF; lone surrogates cannot be written as UTF-8.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return 'The value has characters that are not allowed';
  return undefined;
}
