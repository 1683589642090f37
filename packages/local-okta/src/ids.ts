import { randomBytes } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** First characters of an Okta id, which tell what it names. */
export const ID_PREFIX = {
  user: '00u',
  group: '00g',
  app: '0oa',
  appUser: '0ua',
  agentPool: '0oa',
  agent: 'a53',
  apiToken: '00T',
  resourceSet: 'iam',
  role: 'cr0',
  roleAssignment: 'irb',
  error: 'oae',
  job: 'ijb',
  inlineHook: 'cal',
} as const;

export type IdPrefix = (typeof ID_PREFIX)[keyof typeof ID_PREFIX];

let pool = Buffer.alloc(0);
let used = 0;

/**
 * A new immutable id in Okta's form: a prefix of three characters, twenty in all, base 62. Like Okta's, those made one
 * after another begin alike: an index over them grows at its end, which is what makes a large import fast.
 */
export function newId(prefix: IdPrefix): string {
  return prefix + timeBase62() + randomBase62(10);
}

let timeOfText = 0;
let timeText = '';

/** The milliseconds since 1970 in seven characters, in order until 2081. */
function timeBase62(): string {
  const now = Date.now();
  if (now !== timeOfText) {
    timeOfText = now;
    timeText = '';
    for (let rest = now; timeText.length < 7; rest = Math.floor(rest / 62)) timeText = ALPHABET[rest % 62] + timeText;
  }
  return timeText;
}

/** `length` random characters of base 62, each equally likely. */
export function randomBase62(length: number): string {
  let text = '';
  while (text.length < length) {
    if (used >= pool.length) {
      pool = randomBytes(4096);
      used = 0;
    }
    const byte = pool[used++] ?? 255;
    // 248 is the largest multiple of 62 below 256: bytes above it would favour the first characters.
    if (byte < 248) text += ALPHABET[byte % 62];
  }
  return text;
}
