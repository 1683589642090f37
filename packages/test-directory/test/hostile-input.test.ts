import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { contract } from './each-directory.ts';
import { integer, message, octets, present, RawConnection, search, simpleBind, tlv } from './raw-ldap.ts';

const user01 = 'cn=user01,ou=users,dc=example,dc=org';
const megabyte = 'x'.repeat(1024 * 1024);

let nested = present('uid');
for (let depth = 0; depth < 20_000; depth++) nested = tlv(0xa2, nested);

const hostile: readonly (readonly [string, Buffer])[] = [
  ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
  ['a TLS handshake', Buffer.from('16030100a5010000a10303', 'hex')],
  ['zeros', Buffer.alloc(64)],
  ['all ones', Buffer.alloc(64, 0xff)],
  ['an empty message', tlv(0x30)],
  ['a message without an operation', tlv(0x30, integer(1))],
  ['a message number that is a string', tlv(0x30, octets('1'), simpleBind(user01, 'password1'))],
  ['a message number of nine bytes', tlv(0x30, tlv(0x02, Buffer.alloc(9, 1)), simpleBind(user01, 'password1'))],
  ['a negative message number', message(-1, simpleBind(user01, 'password1'))],
  ['an operation that is none', message(1, tlv(0x7e, 'x'))],
  ['an indefinite length', Buffer.from('3080020101', 'hex')],
  ['a length of 2 GiB', Buffer.from('30847fffffff020101', 'hex')],
  ['a length of eight bytes', Buffer.from('3088ffffffffffffffff', 'hex')],
  ['a length that ends inside the operation', Buffer.from('3007020101600a02010304', 'hex')],
  ['a bind without a body', message(1, tlv(0x60))],
  ['a bind with a number for a name', message(1, tlv(0x60, integer(3), integer(3), tlv(0x80, 'x')))],
  ['a bind with a name longer than its message', Buffer.from('300c020101600702010304ff6161', 'hex')],
  ['a bind name that is not UTF-8', message(1, tlv(0x60, integer(3), octets(Buffer.alloc(8, 0xff)), tlv(0x80, 'x')))],
  ['a bind name of a megabyte', message(1, simpleBind(`cn=${megabyte},dc=example,dc=org`, 'x'))],
  ['a password of a megabyte', message(1, simpleBind(user01, megabyte))],
  ['a bind name of many parts', message(1, simpleBind('cn=x,'.repeat(20_000) + user01, 'x'))],
  ['a search without a filter', message(1, search(user01, 0, Buffer.alloc(0)))],
  ['a search with a scope that is none', message(1, search(user01, 77, present('objectClass')))],
  ['a filter nested twenty thousand deep', message(1, search(user01, 0, nested))],
  ['a filter value of a megabyte', message(1, search(user01, 0, tlv(0xa3, octets('uid'), octets(megabyte))))],
  ['an attribute name of zeros', message(1, search(user01, 0, present('\0\0\0')))],
  ['controls that are none', tlv(0x30, integer(1), search(user01, 0, present('objectClass')), tlv(0xa0, 'x'))],
  ['an extended operation without a name', message(1, tlv(0x77))],
  ['a compare without a value', message(1, tlv(0x6e, octets(user01), tlv(0x30)))],
  ['an abandon without a number', message(1, tlv(0x50))],
  ['random bytes', randomBytes(4096)],
];

contract('hostile input', (directory) => {
  it.each(hostile)('lives on after %s', async (_, bytes) => {
    const connection = await RawConnection.to(directory().url);
    connection.send(bytes);
    // The server's answer, if any, is its own affair; what it must do is serve the next one.
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
    connection.end();
  });

  it('lives on after every bind with one byte changed, and never takes one for a sign-in as somebody else', async () => {
    const whole = message(1, simpleBind('cn=nobody,ou=users,dc=example,dc=org', 'wrong'));
    const connections = await Promise.all(
      Array.from(whole, async (byte, at) => {
        const changed = Buffer.from(whole);
        changed[at] = byte ^ 0x81;
        const connection = await RawConnection.to(directory().url);
        connection.send(changed);
        return connection;
      }),
    );
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
    for (const connection of connections) connection.end();
  });

  it('lives on after connections that are cut in the middle of a request', async () => {
    const whole = message(1, search('dc=example,dc=org', 2, present('objectClass')));
    for (let length = 1; length < whole.length; length += 5) {
      const connection = await RawConnection.to(directory().url);
      connection.send(whole.subarray(0, length));
      connection.end();
    }
    for (let times = 0; times < 20; times++) {
      const connection = await RawConnection.to(directory().url);
      connection.send(whole);
      connection.end();
    }
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
  });

  it('serves others beside a hundred connections that say nothing', async () => {
    const silent = await Promise.all(Array.from({ length: 100 }, () => RawConnection.to(directory().url)));
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
    for (const connection of silent) connection.end();
  });

  it('serves others beside a client that reads nothing of what it asked for', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.pause();
    const many = Array.from({ length: 200 }, (_, id) =>
      message(id + 1, search('dc=example,dc=org', 2, present('objectClass'))),
    );
    connection.send(Buffer.concat(many));
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
    connection.end();
  });
});
