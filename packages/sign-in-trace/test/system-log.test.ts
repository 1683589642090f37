import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createSystemLogReader } from '../src/index.ts';

let server: Server | undefined;

async function serve(handler: RequestListener): Promise<string> {
  const started = createServer(handler);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}`; // a TCP server that listens has one
}

afterEach(async () => {
  const stopped = server;
  server = undefined;
  stopped?.closeAllConnections();
  await new Promise((resolve) => (stopped === undefined ? resolve(undefined) : stopped.close(resolve)));
});

const read = (url: string) => createSystemLogReader({ url, token: 'the-token' }).read(1_000, 2_000);

const wire = (eventType: string, more: object = {}) => ({ published: '1970-01-01T00:00:01.500Z', eventType, ...more });

describe("reading Okta's System Log", () => {
  it('asks for the events of a sign-in between two times, with the token in a header alone', async () => {
    const asked: { url: string; authorization?: string }[] = [];
    const url = await serve((request, response) => {
      asked.push({ url: request.url ?? '', authorization: request.headers.authorization ?? '' });
      response.end('[]');
    });
    expect(await read(url)).toEqual({ ok: true, events: [] });
    const query = new URL(asked[0]?.url ?? '', url).searchParams;
    expect(asked[0]?.authorization).toBe('SSWS the-token');
    expect(asked[0]?.url).not.toContain('the-token');
    expect([query.get('since'), query.get('until')]).toEqual(['1970-01-01T00:00:01.000Z', '1970-01-01T00:00:02.000Z']);
    expect(query.get('filter')).toContain('eventType eq "user.authentication.auth_via_LDAP_agent"');
  });

  it('brings events in the order in which they happened, and leaves out what is none', async () => {
    const url = await serve((_request, response) => {
      response.end(
        JSON.stringify([
          wire('second', {
            actor: { id: '00u1', alternateId: 'a@example.com', displayName: null },
            outcome: { result: 'FAILURE', reason: 'INVALID_CREDENTIALS' },
            transaction: { id: 't1', type: 'WEB', detail: {} },
            debugContext: { debugData: { dn: 'cn=a', deep: { no: 'text' } } },
          }),
          'no event',
          { eventType: 'without a time' },
          wire('first', { actor: null, outcome: null, transaction: null, debugContext: null }),
        ]),
      );
    });
    expect(await read(url)).toEqual({
      ok: true,
      events: [
        { at: 1_500, type: 'first', actorId: '', login: '', ok: false, reason: '', transaction: '', data: {} },
        {
          at: 1_500,
          type: 'second',
          actorId: '00u1',
          login: 'a@example.com',
          ok: false,
          reason: 'INVALID_CREDENTIALS',
          transaction: 't1',
          data: { dn: 'cn=a' },
        },
      ],
    });
  });

  it.each<[string, RequestListener, string]>([
    ['a token that is refused', (_, response) => response.writeHead(401).end('{}'), 'token-refused'],
    ['a token without the right', (_, response) => response.writeHead(403).end('{}'), 'token-refused'],
    ['too many requests', (_, response) => response.writeHead(429).end('{}'), 'too-many-requests'],
    ['an answer that is no JSON', (_, response) => response.end('<html>'), 'not-understood'],
    ['an answer that is no list', (_, response) => response.end('{}'), 'not-understood'],
    [
      'a redirect',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'not-understood',
    ],
    ['an answer without end', (_, response) => flood(response), 'unreachable'],
    ['silence', () => undefined, 'unreachable'],
    ['a connection that is cut', (request) => request.socket.destroy(), 'unreachable'],
  ])('says so for %s, and never throws', async (_case, handler, problem) => {
    expect(await read(await serve(handler))).toEqual({ ok: false, problem });
  });

  it('says so where nothing listens', async () => {
    expect(await read('http://127.0.0.1:1')).toEqual({ ok: false, problem: 'unreachable' });
  });
});

function flood(response: Parameters<RequestListener>[1]): void {
  const more = (): void => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}
