import { describe, expect, it } from '@jest/globals';
import type { AgentLink } from '../src/agents/agent-links.ts';
import { createDispatcher } from '../src/agents/dispatcher.ts';
import type { Row, WorkRequest } from '../src/agents/protocol.ts';
import { createRemoteDirectory } from '../src/agents/remote-directory.ts';

/** A search in pages that one agent has taken. */
async function begin() {
  const taken: WorkRequest[] = [];
  const link: AgentLink = {
    agentId: 'a',
    instance: 'i',
    wire: { send: (work) => taken.push(work), cut: () => undefined },
    beat: { instance: 'i', name: 'n', version: '1', root: 'dc=x', capacity: 1, directory: { ok: true } },
    lastSeen: 0,
    inFlight: new Set(),
    leaving: false,
  };
  const dispatcher = createDispatcher({ links: () => [link], now: Date.now, rootKey: (root) => root });
  const question = { base: 'dc=x', scope: 'sub', filter: '(cn=*)', attributes: ['cn', 'member'], pageSize: 2 } as const;
  const stop = new AbortController();
  const pages = createRemoteDirectory(dispatcher, () => undefined).pages(question, stop.signal);
  const first = pages.next();
  await new Promise(setImmediate);
  const id = taken[0]?.id ?? '';
  const post = (text: string) => dispatcher.result(undefined, id, { final: false, json: Buffer.from(text) });
  const end = () => dispatcher.result(undefined, id, { final: true, entries: [] });
  return { first, pages, post, end };
}

describe('pages of a search', () => {
  it('come in the order in which they were posted, each acknowledged when the next is wanted', async () => {
    const { first, pages, post, end } = await begin();
    const rows: Row[] = [['cn=a', 'Ä', ['b', 'c']]];
    const acknowledged = [post(JSON.stringify(rows)), post('[]')];
    expect(await first).toEqual({ done: false, value: rows });
    expect(await pages.next()).toEqual({ done: false, value: [] });
    expect(await acknowledged[0]).toBe(true);
    const last = pages.next();
    expect(await acknowledged[1]).toBe(true);
    await end();
    expect(await last).toEqual({ done: true, value: undefined });
    expect(await post('[]')).toBe(false);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '[["cn=a"'],
    ['no list', '{"rows":[]}'],
    ['a row that is none', '[null]'],
    ['a row without a DN', '[[]]'],
    ['a DN that is no text', '[[["cn=a"],"b"]]'],
    ['a value that is no text', '[["cn=a",7]]'],
    ['a value in a list that is no text', '[["cn=a",["b",null]]]'],
    ['lists in lists', '['.repeat(1_000_000) + ']'.repeat(1_000_000)],
  ])('of which one is %s end the search, and the agent is told that nobody reads on', async (_what, text) => {
    const { first, pages, post } = await begin();
    const acknowledged = post(text);
    await expect(first).rejects.toMatchObject({ name: 'AgentError', code: 'directory-error', detail: 'protocol' });
    expect(await acknowledged).toBe(false);
    expect(await pages.next()).toEqual({ done: true, value: undefined });
  });
});
