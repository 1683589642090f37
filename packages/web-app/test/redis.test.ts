import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'redis';
import { memoryPasswordAuth, memoryRedirectAuth } from './memory-adapter.ts';
import { type RedisServer, redisIsHere, startRedis } from './redis-server.ts';
import { type RunningApp, startApp } from './running-app.ts';
import { Visitor } from './visitor.ts';

// Without redis-server on the PATH these cases are reported as skipped.
const describeWithRedis = redisIsHere ? describe : describe.skip;

let redis: RedisServer;
let apps: RunningApp[];

const SECRET = { SESSION_SECRET: 'the-same-secret-on-every-machine-0123' };

async function start(env: Record<string, string> = {}): Promise<RunningApp> {
  const running = await startApp(memoryPasswordAuth, { REDIS_URL: redis.url, ...SECRET, ...env });
  apps.push(running);
  await ready(running);
  return running;
}

/** The shell asks Redis at most once a second; until it has heard of a change this asks again. */
async function ready(running: RunningApp): Promise<void> {
  while (
    await running.app.ready().then(
      () => false,
      () => true,
    )
  ) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function withClient<T>(work: (client: ReturnType<typeof createClient>) => Promise<T>): Promise<T> {
  const client = createClient({ url: redis.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.destroy();
  }
}

beforeAll(async () => {
  redis = await startRedis();
});
beforeEach(async () => {
  apps = [];
  await withClient((client) => client.flushAll());
});
afterEach(() => Promise.all(apps.map((app) => app.close())));
afterAll(() => redis.remove());

describeWithRedis('sessions in Redis', () => {
  it('are known to every process of the app, and outlive each of them', async () => {
    const [first, second] = [await start(), await start()];
    const visitor = new Visitor(first.url);
    await visitor.signIn('user01', 'password1');
    const elsewhere = new Visitor(second.url);
    elsewhere.cookies.set('shell.sid', visitor.cookies.get('shell.sid') ?? '');
    expect((await elsewhere.get('/')).text).toContain('Welcome home, user01!');
    await elsewhere.signOut();
    expect((await visitor.get('/')).status).toBe(302);
  });

  it('hold the groups of a person who is in a thousand', async () => {
    const visitor = new Visitor((await start()).url);
    await visitor.signIn('thousand', 'password5');
    expect((await visitor.get('/profile')).text.match(/<li>ROLE_/g)).toHaveLength(1000);
  });

  it('expire, sooner while nobody is signed in, and hold no password and no name in a key', async () => {
    const running = await start({ SESSION_IDLE_MINUTES: '60' });
    const visitor = new Visitor(running.url);
    await visitor.token();
    await withClient(async (client) => {
      const [anonymous = ''] = await client.keys('shell:session:*');
      expect(await client.ttl(anonymous)).toBeLessThanOrEqual(1800);
      await visitor.signIn('user02', 'wrong-secret');
      await visitor.signIn('user01', 'password1');
      await visitor.get('/');
      const [signedIn = '', ...others] = await client.keys('shell:session:*');
      expect(others).toEqual([]);
      expect(await client.ttl(signedIn)).toBeGreaterThan(3500);
      expect(await client.get(signedIn)).not.toMatch(/password1|wrong-secret/);
      const keys = await client.keys('*');
      expect(keys.join()).not.toMatch(/user0/);
      for (const key of keys) {
        expect(await client.ttl(key)).toBeGreaterThan(0);
      }
    });
  });

  it('count guesses of all processes together', async () => {
    const limit = { SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS: '2' };
    const [first, second] = [await start(limit), await start(limit)];
    expect((await new Visitor(first.url).signIn('user02', 'guess')).status).toBe(401);
    expect((await new Visitor(second.url).signIn('user02', 'guess')).status).toBe(401);
    expect((await new Visitor(first.url).signIn('user02', 'password2')).status).toBe(429);
    expect((await new Visitor(second.url).signIn('user02', 'password2')).status).toBe(429);
  });
});

describeWithRedis('without Redis', () => {
  it('answers 503 and lives, says so in /readyz, and goes on by itself when Redis is back', async () => {
    const running = await start();
    const visitor = new Visitor(running.url);
    await visitor.signIn('user01', 'password1');
    const newcomer = new Visitor(running.url);
    const _csrf = await newcomer.token();
    await redis.stop();
    expect((await visitor.get('/')).status).toBe(503);
    expect((await new Visitor(running.url).get('/login')).status).toBe(503);
    expect((await newcomer.post('/login', { username: 'user01', password: 'password1', _csrf })).status).toBe(503);
    expect((await visitor.get('/healthz')).status).toBe(200);
    expect(JSON.parse((await visitor.get('/readyz')).text)).toEqual({
      status: 'not-ready',
      reason: 'state-unavailable',
    });
    expect(running.logs.find(({ msg }) => msg === 'request failed')).toMatchObject({ code: 'state-unavailable' });
    await redis.start();
    await ready(running);
    expect((await new Visitor(running.url).signIn('user01', 'password1')).status).toBe(303);
  });

  it('sends nobody to a provider whose answer it could not take', async () => {
    await redis.stop();
    const running = await startApp(() => memoryRedirectAuth(), { REDIS_URL: redis.url, ...SECRET });
    apps.push(running);
    try {
      expect((await new Visitor(running.url).get('/login')).status).toBe(503);
    } finally {
      await redis.start();
    }
  });

  it('answers 503 in time when Redis hangs', async () => {
    const running = await start();
    const visitor = new Visitor(running.url);
    await visitor.signIn('user01', 'password1');
    redis.pause();
    try {
      const begun = Date.now();
      expect((await visitor.get('/')).status).toBe(503);
      expect(Date.now() - begun).toBeLessThan(4000);
    } finally {
      redis.resume();
    }
    await ready(running);
    expect((await visitor.get('/')).status).toBe(200);
  });
});
