import { type SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';

export interface MemorySessionStoreOptions {
  readonly idleSeconds: number;
  readonly anonymousSeconds: number;
}

/** About 64 MB of sessions each, at two bytes a character. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

/**
 * Sessions in this process: bounded and expiring, which the store that comes with express-session is not. Sessions of
 * people who have not signed in are kept apart, so that a flood of visits to the sign-in form signs nobody out.
 */
export class MemorySessionStore extends Store {
  readonly #signedIn: LRUCache<string, string>;
  readonly #anonymous: LRUCache<string, string>;

  constructor({ idleSeconds, anonymousSeconds }: MemorySessionStoreOptions) {
    super();
    const bounds = { maxSize: MAX_CHARACTERS, sizeCalculation: (json: string) => json.length, updateAgeOnGet: false };
    this.#signedIn = new LRUCache({ ...bounds, max: 50_000, ttl: idleSeconds * 1000 });
    this.#anonymous = new LRUCache({ ...bounds, max: 20_000, ttl: anonymousSeconds * 1000 });
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const json = this.#signedIn.get(sid) ?? this.#anonymous.get(sid);
    callback(null, json === undefined ? null : parseSession(json));
  }

  override set(sid: string, session: SessionData, callback?: (error?: unknown) => void): void {
    this.destroy(sid);
    this.#poolOf(session).set(sid, JSON.stringify(session));
    callback?.();
  }

  override touch(sid: string, session: SessionData, callback?: () => void): void {
    this.#poolOf(session).get(sid, { updateAgeOnGet: true });
    callback?.();
  }

  override destroy(sid: string, callback?: (error?: unknown) => void): void {
    this.#signedIn.delete(sid);
    this.#anonymous.delete(sid);
    callback?.();
  }

  #poolOf(session: SessionData): LRUCache<string, string> {
    return session.signedInAt === undefined ? this.#anonymous : this.#signedIn;
  }
}

function parseSession(json: string): SessionData {
  return JSON.parse(json) as SessionData; // written by set() above
}
