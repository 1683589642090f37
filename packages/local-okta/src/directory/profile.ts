import { DirectoryError, type FieldProblem } from './directory-error.ts';
import type { ProfileValue, UserProfile } from './user.ts';

const MAX_TEXT = 1024;

/** Attributes that are texts, and how long they may be. */
const TEXTS: ReadonlyMap<string, number> = new Map([
  ['login', 100],
  ['email', 100],
  ['firstName', 50],
  ['lastName', 50],
  ['mobilePhone', 100],
  ['displayName', MAX_TEXT],
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
  const max = TEXTS.get(field);
  if (max !== undefined) {
    const problem = textProblem(value, max);
    if (problem !== undefined) return problem;
    if (field === 'login' && !EMAIL.test(String(value))) return 'Username must be in the form of an email address';
    if (field === 'email' && !EMAIL.test(String(value))) return 'Does not match required pattern';
    return undefined;
  }
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return undefined;
  return textProblem(value);
}

function textProblem(value: unknown, max = MAX_TEXT): string | undefined {
  if (typeof value !== 'string') return 'The value is of the wrong type';
  if ([...value].length > max) return `String cannot be longer than ${max} characters`;
  // Control characters break lines of logs and LDIF; lone surrogates cannot be written as UTF-8.
  if (/[\p{Cc}\p{Cs}]/u.test(value)) return 'The value has characters that are not allowed';
  return undefined;
}
