import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '../src/local-okta.ts';
import { ConsoleVisitor } from './console-visitor.ts';
import { ADMIN_PASSWORD, call, startLocalOkta } from './local-okta-fixture.ts';

const LOG = '/report/system_log_2';
let okta: LocalOkta;
let visitor: ConsoleVisitor;

beforeAll(async () => {
  okta = await startLocalOkta({ rateLimits: false });
  visitor = new ConsoleVisitor(okta);
  await visitor.signIn('admin@example.com', ADMIN_PASSWORD);
});
afterAll(() => okta.close());

async function makeGroup(name: string): Promise<void> {
  const { status } = await call(okta, 'POST', '/api/v1/groups', { profile: { name, description: '' } });
  expect(status).toBe(200);
}

const rows = (): string[] => [...visitor.seen.html.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => row);
const link = (id: string): string => {
  const [, address = ''] = new RegExp(`<a href="([^"]*)"[^>]*(?:id|rel)="${id}"`).exec(visitor.seen.html) ?? [];
  return address.replaceAll('&#38;', '&');
};

describe('System Log', () => {
  it('shows the newest events first, with their details, escaped', async () => {
    await makeGroup('First <script>alert(1)</script>');
    await makeGroup('Second');
    await visitor.open(LOG);
    const [newest = '', before = ''] = rows();
    expect(newest).toContain('Second');
    expect(newest).toContain('group.lifecycle.create');
    expect(newest).toContain('&#34;eventType&#34;: &#34;group.lifecycle.create&#34;');
    expect(before).toContain('First &#60;script&#62;');
    expect(visitor.seen.html).not.toContain('<script>alert');
  });

  it('is searched by words, filter and time, and says what is wrong with a filter', async () => {
    await makeGroup('Needle in a haystack');
    await visitor.open(`${LOG}?q=needle+create`);
    expect(rows()).toHaveLength(1);
    await visitor.open(`${LOG}?filter=${encodeURIComponent('eventType eq "user.session.start"')}`);
    expect(rows().every((row) => row.includes('user.session.start'))).toBe(true);
    await visitor.open(`${LOG}?since=2999-01-01T00:00`);
    expect(visitor.seen.text).toContain('No event matches.');
    await visitor.open(`${LOG}?until=2999-01-01T00:00&q=needle`);
    expect(rows()).toHaveLength(1);
    const seen = await visitor.open(`${LOG}?filter=${encodeURIComponent('nonsense is "<b>"')}`);
    expect(seen.status).toBe(400);
    expect(seen.text).toContain('Advanced filter:');
    expect(seen.html).toContain('value="nonsense is &#34;&#60;b&#62;&#34;"');
  });

  it('is followed: newer events alone, and each once', async () => {
    await visitor.open(`${LOG}?q=follow`);
    const first = link('newer');
    expect(rows()).toEqual([]);
    await visitor.open(first);
    expect(visitor.seen.text).toContain('Nothing new.');
    await makeGroup('follow 1');
    await makeGroup('other');
    await makeGroup('follow 2');
    await visitor.open(first);
    expect(rows().map((row) => /follow \d/.exec(row)?.[0])).toEqual(['follow 2', 'follow 1']);
    await makeGroup('follow 3');
    await visitor.open(link('newer'));
    expect(rows().map((row) => /follow \d/.exec(row)?.[0])).toEqual(['follow 3']);
  });

  it('goes back in time page by page, and repeats nothing', async () => {
    for (let index = 0; index < 120; index += 1) await makeGroup(`paged ${index}`);
    await visitor.open(`${LOG}?q=paged`);
    const seen: (string | undefined)[] = [];
    for (;;) {
      seen.push(...rows().map((row) => /paged \d+/.exec(row)?.[0]));
      const next = link('next');
      if (next === '') break;
      await visitor.open(next);
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, index) => `paged ${119 - index}`));
  });
});
