import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { attribute, bound, done, entry, message, raw, SUCCESS, text, tlv } from './ldap-messages.ts';

/** The agent's directory in a process of its own, which a test can end when it hangs: so can no timer within it. */
const module = new URL('../dist/directory.js', import.meta.url).href;

const OVERLONG = raw(0x04, 0x7f, 0x41);
const MALFORMED: readonly [string, (id: number) => Buffer][] = [
  ['a value that is longer than its entry', (id) => entry(id, tlv(0x30, text('cn'), tlv(0x31, OVERLONG)))],
  ['a set of values inside a text', (id) => entry(id, tlv(0x04, text('cn'), raw(0x31, 0x7f, 0x04, 0x7f)))],
  ['a control that is cut short', (id) => done(id, tlv(0xa0, raw(0x30, 0x84, 0)))],
  [
    'a control with more than a control has',
    (id) => done(id, tlv(0xa0, tlv(0x30, text('1.2'), text(''), raw(4, 0x84)))),
  ],
  ['controls inside a result', (id) => message(id, tlv(0x65, SUCCESS, raw(0xa0, 4, 0x30, 2, 4, 0x84)))],
  ['a text after the result of a bind that is cut short', (id) => message(id, tlv(0x61, SUCCESS, raw(0x87, 0x7f)))],
  ['a length below zero', () => raw(0x30, 0x84, 0xff, 0xff, 0xff, 0xf0)],
  ['a length of a gigabyte', () => raw(0x30, 0x84, 0x40, 0, 0, 0)],
  ['an indefinite length', () => raw(0x30, 0x80, 2, 1, 1)],
  ['something that is not LDAP', () => Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
];

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** Answers searches as told, in pieces of `size` bytes, and binds well where nothing else is said. */
async function serve(
  answer: (id: number) => Buffer,
  size = Number.POSITIVE_INFINITY,
  bindAnswer: (id: number) => Buffer = bound,
): Promise<number> {
  server = createServer((socket) => {
    socket.setNoDelay(true).on('error', () => undefined);
    socket.on('data', (request) => {
      // ldapts writes short lengths for short requests: 30 len 02 01 id operation
      const id = request[4] ?? 0;
      const operation = request[5];
      if (operation !== 0x60 && operation !== 0x63) return;
      const bytes = operation === 0x60 ? bindAnswer(id) : answer(id);
      if (size > bytes.length) socket.write(bytes);
      else for (let at = 0; at < bytes.length; at += size) socket.write(bytes.subarray(at, at + size));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port; // it listens on a port
}

/** One bind, or one search, at once or in pages; what came of it. */
async function ask(port: number, how: 'bind' | 'search' | 'pages'): Promise<string> {
  const config = { host: '127.0.0.1', port, tls: 'off', bindDn: 'cn=a', bindPassword: 'b', root: 'dc=x' };
  const work = {
    id: '1',
    kind: 'search',
    base: 'dc=x',
    scope: 'sub',
    filter: '(cn=*)',
    attributes: ['description', 'cn'],
    sizeLimit: 0,
  };
  const script = `import { createDirectory } from ${JSON.stringify(module)};
    const directory = createDirectory(${JSON.stringify(config)});
    const work = { ...${JSON.stringify(work)}, deadlineMs: 10_000 };
    const read = {
      bind: async () => [await directory.bind({ id: '1', kind: 'bind', dn: 'cn=a', password: 'b', deadlineMs: 10_000 })],
      search: async () => (await directory.search(work)).map(({ attributes }) => attributes.cn),
      async pages() {
        const names = [];
        for await (const rows of directory.pages(work, 2)) for (const row of JSON.parse(rows)) names.push(row[2]);
        return names;
      },
    };
    const found = await read.${how}().then(
      (names) => '${how === 'bind' ? 'bind' : 'entries'} ' + names.join(),
      ({ name, code, message }) => [name, code, message].join(' '));
    process.stdout.write(found, () => process.exit());`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const tooLong = setTimeout(() => child.kill('SIGKILL'), 20_000);
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  await once(child, 'exit');
  clearTimeout(tooLong);
  return child.signalCode === null ? printed : 'it hung';
}

describe.each(['search', 'pages'] as const)('to a %s, a directory that sends', (how) => {
  it.each(MALFORMED)('%s is refused, and nothing hangs', async (_what, answer) => {
    expect(await ask(await serve(answer), how)).toMatch(/^DirectoryError connection-lost the directory sent /);
  });

  it('its answers in single bytes, or all in one, is understood', async () => {
    const control = tlv(0xa0, tlv(0x30, text('1.2.3'), raw(1, 1, 0), text('value')), tlv(0x30, text('1.2')));
    const answer = (id: number) =>
      Buffer.concat([
        entry(id, attribute('cn', 'one'), attribute('description')),
        entry(id, attribute('cn', 'two')),
        message(id, tlv(0x64, text('cn=three'), tlv(0x30, attribute('cn', 'three'))), control),
        message(id, tlv(0x73, text('ldap://127.0.0.1:1/o=elsewhere'))),
        done(id, control),
      ]);
    expect(await ask(await serve(answer, 1), how)).toBe('entries one,two,three');
    server?.close();
    expect(await ask(await serve(answer), how)).toBe('entries one,two,three');
  });
});

describe('a password policy control', () => {
  const answer = (value: Buffer) => (id: number) =>
    message(id, tlv(0x61, SUCCESS), tlv(0xa0, tlv(0x30, text('1.3.6.1.4.1.42.2.27.8.5.1'), tlv(0x04, value))));

  it.each<[string, Buffer, string]>([
    ['that says what is the matter is understood', raw(0x30, 3, 0x81, 1, 2), 'must-change'],
    ['whose error is cut short says nothing', raw(0x30, 2, 0x81, 0x7f), 'ok'],
    ['whose error has no length says nothing', raw(0x30, 1, 0x81), 'ok'],
    ['whose warning is cut short says nothing', raw(0x30, 5, 0xa0, 0x7f, 0x81, 1, 2), 'ok'],
    ['that is longer than its value says nothing', raw(0x30, 0x7f, 0x81, 0x7f), 'ok'],
    ['without a value says nothing', raw(), 'ok'],
  ])('%s, and nothing hangs', async (_what, value, outcome) => {
    expect(await ask(await serve(done, undefined, answer(value)), 'bind')).toBe(`bind ${outcome}`);
  });
});
