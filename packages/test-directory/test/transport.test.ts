import { readFile } from 'node:fs/promises';
import { connect as connectTls } from 'node:tls';
import { expect, it } from '@jest/globals';
import { Client } from 'ldapts';
import { contract } from './each-directory.ts';
import { message, octets, RawConnection, simpleBind, tlv } from './raw-ldap.ts';

const user01 = 'cn=user01,ou=users,dc=example,dc=org';
const startTlsOid = '1.3.6.1.4.1.1466.20037';
const startTls = tlv(0x77, tlv(0x80, startTlsOid));

contract('TLS', (directory) => {
  const ca = async (): Promise<string[]> => [await readFile(directory().caFile, 'utf8')];

  it('serves LDAPS with a certificate of its CA', async () => {
    const client = new Client({ url: directory().ldapsUrl, tlsOptions: { ca: await ca() } });
    await client.bind(user01, 'password1');
    await client.unbind();
  });

  it('has a certificate for localhost and for 127.0.0.1, and for no other name', async () => {
    const url = directory().ldapsUrl.replace('localhost', '127.0.0.1');
    const client = new Client({ url, tlsOptions: { ca: await ca() } });
    await client.bind(user01, 'password1');
    await client.unbind();
    const elsewhere = new Client({ url, tlsOptions: { ca: await ca(), servername: 'directory.example.com' } });
    await expect(elsewhere.bind(user01, 'password1')).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is not trusted without its CA', async () => {
    const client = new Client({ url: directory().ldapsUrl });
    await expect(client.bind(user01, 'password1')).rejects.toMatchObject({
      code: expect.stringMatching(/^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO)/),
    });
  });

  it('serves StartTLS, and binds inside', async () => {
    const client = new Client({ url: directory().url });
    await client.startTLS({ ca: await ca(), host: 'localhost' });
    await client.bind(user01, 'password1');
    const { searchEntries } = await client.search(user01, { attributes: ['uid'] });
    expect(searchEntries).toHaveLength(1);
    await client.unbind();
  });

  it('refuses StartTLS inside TLS and goes on', async () => {
    const client = new Client({ url: directory().ldapsUrl, tlsOptions: { ca: await ca() } });
    await expect(client.exop(startTlsOid)).rejects.toMatchObject({ code: 1 });
    await client.bind(user01, 'password1');
    await client.unbind();
  });

  it('speaks TLS 1.2 and newer only', async () => {
    const port = Number(new URL(directory().ldapsUrl).port);
    const negotiated = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): Promise<string | null> =>
      new Promise((resolve) => {
        const socket = connectTls({
          host: '127.0.0.1',
          port,
          minVersion: version,
          maxVersion: version,
          rejectUnauthorized: false,
          ciphers: 'DEFAULT:@SECLEVEL=0',
        });
        socket.once('secureConnect', () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.once('error', () => resolve(null));
      });
    expect(await negotiated('TLSv1.1')).toBeNull();
    expect(await negotiated('TLSv1.2')).toBe('TLSv1.2');
    expect(await negotiated('TLSv1.3')).toBe('TLSv1.3');
  });

  it('lives on after a client that talks plain LDAP to the LDAPS port', async () => {
    const connection = await RawConnection.to(directory().ldapsUrl);
    connection.send(message(1, simpleBind(user01, 'password1')));
    await connection.closed();
    const client = new Client({ url: directory().ldapsUrl, tlsOptions: { ca: await ca() } });
    await client.bind(user01, 'password1');
    await client.unbind();
  });

  it('lives on after a client that breaks off the handshake of StartTLS', async () => {
    const connection = await RawConnection.to(directory().url);
    connection.send(message(1, startTls));
    expect(await connection.next()).toMatchObject({ tag: 0x78, code: 0 });
    connection.send(octets('this is no handshake'));
    await connection.closed();
    expect(await directory().bindCode(user01, 'password1')).toBe(0);
  });
});
