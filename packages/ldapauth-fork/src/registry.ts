import { createHmac, randomBytes } from 'node:crypto';
import { Engine } from './engine.ts';
import type { LdapAuthOptions } from './options.ts';
import { readSettings } from './read-settings.ts';

interface Known {
  readonly engine: Engine;
  /** What is frozen need not be compared. */
  readonly isFrozen: boolean;
  /** The values the options had when the engine was made: whoever changes a password in place gets a new engine. */
  readonly values: readonly unknown[];
}

const MAX_ENGINES = 64;

/** By the very options object, as passport-ldapauth hands it over at each sign-in. */
const byObject = new WeakMap<LdapAuthOptions, Known>();
/** By content, for options that are made anew for each sign-in. The least recently used comes first. */
const byContent = new Map<string, Engine>();
const ended = new WeakSet<Engine>();

/** The engine of these options. @throws TypeError when they are wrong */
export function engineFor(options: LdapAuthOptions): Engine {
  const known = typeof options === 'object' && options !== null ? byObject.get(options) : undefined;
  if (
    known !== undefined &&
    !ended.has(known.engine) &&
    !known.engine.isClosing &&
    (known.isFrozen || isUnchanged(options, known.values))
  ) {
    return known.engine;
  }
  const settings = readSettings(options);
  const key = contentKey(options);
  const engine =
    byContent.get(key) ??
    new Engine(settings, () => {
      // Nothing is open any more and nobody came for a while: forget it, so that content that never returns leaves nothing.
      forget(key, engine);
    });
  byContent.delete(key);
  byContent.set(key, engine);
  byObject.set(options, { engine, isFrozen: Object.isFrozen(options), values: Object.values(options) });
  endSurplus();
  return engine;
}

/** Ends the connections of these options, or of all. */
export async function closeEngines(options?: LdapAuthOptions): Promise<void> {
  const closing: Promise<void>[] = [];
  const key = options === undefined ? undefined : contentKey(options);
  for (const [engineKey, engine] of [...byContent]) {
    if (key === undefined || engineKey === key || byObject.get(options as LdapAuthOptions)?.engine === engine) {
      forget(engineKey, engine);
      closing.push(engine.close());
    }
  }
  await Promise.all(closing);
}

function endSurplus(): void {
  for (const [key, engine] of byContent) {
    if (byContent.size <= MAX_ENGINES) {
      return;
    }
    forget(key, engine);
    engine.close().catch(() => {});
  }
}

function forget(key: string, engine: Engine): void {
  ended.add(engine);
  if (byContent.get(key) === engine) {
    byContent.delete(key);
  }
}

function isUnchanged(options: LdapAuthOptions, values: readonly unknown[]): boolean {
  let at = 0;
  for (const name in options) {
    if (options[name as keyof LdapAuthOptions] !== values[at]) {
      return false;
    }
    at += 1;
  }
  return at === values.length;
}

const secret = randomBytes(32);
const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** Equal for options of equal content. A keyed hash, so that no password is kept where keys are. */
function contentKey(options: LdapAuthOptions): string {
  const hmac = createHmac('sha256', secret);
  const sorted = Object.entries(options).sort(([one], [other]) => (one < other ? -1 : 1));
  hmac.update(JSON.stringify(sorted, describe));
  return hmac.digest('base64');
}

/** Functions and objects that are more than data are told apart by identity. */
function describe(_name: string, value: unknown): unknown {
  if (typeof value === 'function' || (typeof value === 'object' && value !== null && !isData(value))) {
    return { identity: identityOf(value) };
  }
  return value === Number.POSITIVE_INFINITY ? { infinity: true } : value;
}

function identityOf(value: object): number {
  let identity = identities.get(value);
  if (identity === undefined) {
    lastIdentity += 1;
    identity = lastIdentity;
    identities.set(value, identity);
  }
  return identity;
}

function isData(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
