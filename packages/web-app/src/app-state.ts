import { RedisStore } from 'connect-redis';
import type { SessionData, Store } from 'express-session';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { type RateLimiterAbstract, RateLimiterMemory, RateLimiterRedis } from 'rate-limiter-flexible';
import { createClient } from 'redis';
import { withDeadline } from './deadline.ts';
import { MemorySessionStore } from './memory-session-store.ts';
import type { WebConfig } from './web-config.ts';

/** What outlives a request: sessions, and the counts of failed sign-ins. In this process, or in Redis for many. */
export interface AppState {
  readonly sessions: Store;
  /** Counts per key, each starting again `seconds` after its first failure. */
  failures(name: string, seconds: number): FailureCounter;
  /** A set of keys, each forgotten `seconds` after it was last added. */
  memory(name: string, seconds: number): KeyMemory;
  /** @throws when sessions cannot be read now */
  ready(): Promise<void>;
  close(): Promise<void>;
}

export interface FailureCounter {
  get(key: string): Promise<{ readonly count: number; readonly secondsLeft: number }>;
  add(key: string): Promise<void>;
  forget(key: string): Promise<void>;
}

/** Sessions or counts cannot be read or written now: a 503 page, never a sign-in that half worked. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code = 'state-unavailable';
  readonly detail = 'redis-unavailable';
}

export interface KeyMemory {
  has(key: string): Promise<boolean>;
  add(key: string): Promise<void>;
}

/** A form that nobody filled in for this long has to be opened again. */
const ANONYMOUS_SECONDS = 30 * 60;
const REDIS_DEADLINE_MS = 2000;

export function openAppState(name: string, config: WebConfig, logger: Logger): AppState {
  return config.redisUrl === undefined ? inMemory(config) : inRedis(name, config, config.redisUrl, logger);
}

function inMemory(config: WebConfig): AppState {
  const idleSeconds = config.sessionIdleSeconds;
  return {
    sessions: new MemorySessionStore({ idleSeconds, anonymousSeconds: Math.min(ANONYMOUS_SECONDS, idleSeconds) }),
    failures: (keyPrefix, duration) =>
      counterOn(new RateLimiterMemory({ keyPrefix, duration, points: 1 }), (work) => work),
    memory: (_, seconds) => {
      const keys = new LRUCache<string, true>({ max: 50_000, ttl: seconds * 1000 });
      return {
        has: async (key) => keys.has(key),
        add: async (key) => {
          keys.set(key, true);
        },
      };
    },
    ready: async () => undefined,
    close: async () => undefined,
  };
}

function inRedis(name: string, config: WebConfig, url: string, logger: Logger): AppState {
  const client = createClient({
    url,
    // A request fails at once while Redis is away, instead of waiting in a queue without an end.
    disableOfflineQueue: true,
    pingInterval: 10_000,
    socket: { connectTimeout: 3000, reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2000) },
  });
  let lastProblem = '';
  client.on('error', (error: Error) => {
    // Every attempt to connect again reports an error; one line for each kind is enough.
    if (error.message !== lastProblem) {
      lastProblem = error.message;
      logger.error({ code: 'redis-unavailable', err: error }, 'Redis cannot be used; sign-in waits for it');
    }
  });
  client.on('ready', () => {
    lastProblem = '';
    logger.info('Redis is connected');
  });
  client.connect().catch(() => undefined); // reported by the listener above

  const bounded = <T>(work: Promise<T>): Promise<T> =>
    withDeadline(work, REDIS_DEADLINE_MS, 'Redis').catch((cause: unknown) => {
      throw new StateError('Redis cannot be used', { cause });
    });
  const ttl = (session: SessionData): number =>
    session.signedInAt === undefined
      ? Math.min(ANONYMOUS_SECONDS, config.sessionIdleSeconds)
      : config.sessionIdleSeconds;
  // connect-redis uses these four; node-redis has no time limit of its own for a command that was sent.
  const boundedClient = {
    get: (key: string) => bounded(client.get(key)),
    set: (...args: Parameters<typeof client.set>) => bounded(client.set(...args)),
    expire: (key: string, seconds: number) => bounded(client.expire(key, seconds)),
    del: (keys: string[]) => bounded(client.del(keys)),
  };
  return {
    sessions: new RedisStore({ client: boundedClient, prefix: `${name}:session:`, ttl }),
    failures: (counterName, duration) => {
      const keyPrefix = `${name}:${counterName}`;
      return counterOn(
        new RateLimiterRedis({ storeClient: client, useRedisPackage: true, keyPrefix, duration, points: 1 }),
        bounded,
      );
    },
    memory: (memoryName, seconds) => ({
      has: async (key) => (await bounded(client.exists(`${name}:${memoryName}:${key}`))) > 0,
      add: async (key) => {
        await bounded(client.set(`${name}:${memoryName}:${key}`, '1', { expiration: { type: 'EX', value: seconds } }));
      },
    }),
    ready: async () => {
      await bounded(client.ping());
    },
    close: async () => {
      client.destroy();
    },
  };
}

/** The limiter only counts here: whether a count is too high is judged where attempts under way are known as well. */
function counterOn(limiter: RateLimiterAbstract, bounded: <T>(work: Promise<T>) => Promise<T>): FailureCounter {
  return {
    async get(key) {
      const found = await bounded(limiter.get(key));
      return { count: found?.consumedPoints ?? 0, secondsLeft: Math.ceil((found?.msBeforeNext ?? 0) / 1000) };
    },
    async add(key) {
      await bounded(limiter.penalty(key, 1));
    },
    async forget(key) {
      await bounded(limiter.delete(key));
    },
  };
}
