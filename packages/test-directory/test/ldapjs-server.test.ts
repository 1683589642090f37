import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import ldapjs, { type Server } from 'ldapjs';
import { openLdapjsClient, startOtherDirectory } from '../src/index.ts';
import { control, message, octets, present, RawConnection, search, simpleBind, tlv } from './raw-ldap.ts';

const startTls = tlv(0x77, tlv(0x80, '1.3.6.1.4.1.1466.20037'));
const passwordPolicy = '1.3.6.1.4.1.42.2.27.8.5.1';

// Why packages/ldap-server speaks the protocol itself: docs/decisions/0012-ldapjs-plays-others.md. If one of these fails, ldapjs has got better.
describe("what ldapjs's server does on its own", () => {
  let server: Server;
  let url = '';
  let lastFilter: { readonly value: string } | undefined;
  const errors: string[] = [];

  beforeEach(async () => {
    errors.length = 0;
    server = ldapjs.createServer();
    server.on('error', (error: Error) => errors.push(error.message));
    server.bind('', (_: unknown, response: { end(): void }, next: () => void) => {
      response.end();
      next();
    });
    server.search('', (request: { filter: { value: string } }, response: SearchResponse, next: () => void) => {
      lastFilter = request.filter;
      setImmediate(() => {
        response.send({ dn: 'cn=late', attributes: { sAMAccountName: 'late' } });
        response.end();
        next();
      });
    });
    server.listen(0, '127.0.0.1', () => undefined);
    // ldapjs keeps the net.Server under this name; its types do not.
    const { server: listener } = server as unknown as { server: NetServer };
    if (!listener.listening) await once(listener, 'listening');
    url = `ldap://127.0.0.1:${(listener.address() as AddressInfo).port}`; // a TCP server's address is never a path
  });
  const open: RawConnection[] = [];
  afterEach(async () => {
    for (const connection of open.splice(0)) connection.end();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const dial = async (): Promise<RawConnection> => {
    const connection = await RawConnection.to(url);
    open.push(connection);
    return connection;
  };

  const ask = async (...messages: readonly Buffer[]) => {
    const connection = await dial();
    connection.send(Buffer.concat(messages));
    const answer = await connection.next();
    return { answer };
  };

  it('knows no StartTLS', async () => {
    const { answer } = await ask(message(1, startTls));
    expect(answer).toMatchObject({ tag: 0x78, code: 2 });
  });

  it('ends the connection of a client that asks for the password policy', async () => {
    const { answer } = await ask(message(1, simpleBind('cn=a', 'b'), control(passwordPolicy)));
    expect(answer).toBeUndefined();
    expect(errors).toHaveLength(1);
  });

  it('ends the process at the first malformed message, where nobody listens to its errors', () => {
    const script = `
      import ldapjs from 'ldapjs';
      import { connect } from 'node:net';
      const server = ldapjs.createServer();
      server.listen(0, '127.0.0.1', () => connect(server.address().port).end(Buffer.from('30050201016000', 'hex')));
      setTimeout(() => process.exit(0), 5000);
    `;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringContaining("Unhandled 'error' event") });
  });

  it('goes on with a search that was abandoned', async () => {
    const connection = await dial();
    const abandon = tlv(0x50, Buffer.from([1]));
    connection.send(Buffer.concat([message(1, search('cn=a', 2, present('objectClass'))), message(2, abandon)]));
    expect(await connection.next()).toMatchObject({ id: 1, tag: 0x64 });
  });

  it('passes over a critical control that it does not know', async () => {
    const { answer } = await ask(message(1, simpleBind('cn=a', 'b'), control('1.2.3.4.5', true)));
    expect(answer).toMatchObject({ tag: 0x61, code: 0 });
  });

  it.each([
    ['brackets', Buffer.from('Emre (Sales)'), 'Emre \\28Sales\\29'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe]), 'ÿþ'],
  ])('hands on another filter value than was sent: %s', async (_, sent, received) => {
    await ask(message(1, search('cn=a', 2, tlv(0xa3, octets('cn'), octets(sent)))));
    expect(lastFilter?.value).toBe(received);
  });

  it('reads an assertion with a bracket in it as a broken filter, and ends the connection', async () => {
    const inChain = tlv(0xa9, tlv(0x81, '1.2.840.113556.1.4.1941'), tlv(0x82, 'member'), tlv(0x83, 'cn=Emre (Sales)'));
    const { answer } = await ask(message(1, search('cn=a', 2, inChain)));
    expect(answer).toBeUndefined();
    expect(errors.join()).toContain('unbalanced parentheses');
  });

  it('refuses to bind under a name that is no DN', async () => {
    const { answer } = await ask(message(1, simpleBind('anna@corp.example', 'b')));
    expect(answer).toMatchObject({ tag: 0x61, code: 34 });
  });

  it('leaves out an attribute that is asked for by a name with capital letters', async () => {
    const client = openLdapjsClient(url);
    const found = await client.search('cn=a', { attributes: ['sAMAccountName'] });
    expect(found.entries).toEqual([{ dn: 'cn=late', attributes: {} }]);
    client.close();
  });

  it('waits for the rest of a message of two gigabytes, instead of refusing it', async () => {
    const connection = await dial();
    connection.send(Buffer.from('30847fffffff020101', 'hex'));
    await ask(message(1, simpleBind('cn=a', 'b')));
    expect(await Promise.race([connection.closed().then(() => 'closed'), Promise.resolve('open')])).toBe('open');
  });
});

describe("what ldapjs's client does on its own", () => {
  it('does not hear why Active Directory refuses', async () => {
    const directory = await startOtherDirectory({ flavour: 'active-directory' });
    const client = openLdapjsClient(directory.url);
    try {
      const answers = [await client.bind('locked@corp.example', 'password1')];
      answers.push(await client.bind('anna@corp.example', 'wrong'));
      expect(answers).toEqual(Array(2).fill({ code: 49, message: 'Invalid Credentials' }));
    } finally {
      client.close();
      await directory.close();
    }
  });
});

interface SearchResponse {
  send(entry: { dn: string; attributes: Record<string, string> }): void;
  end(): void;
}
