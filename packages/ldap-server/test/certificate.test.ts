import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { type CertificateOptions, createCertificateAuthority } from '../src/index.ts';

const authority = createCertificateAuthority();

/** 'authorized', or why a client does not go on. */
async function handshake(options: CertificateOptions, host: string, ca = authority.caPem): Promise<string> {
  const server = createServer(authority.issue(options)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  const isName = !/^[\d.]+$/.test(host);
  const socket = connect({ port, host: '127.0.0.1', ca, ...(isName ? { servername: host } : {}) });
  try {
    await once(socket, 'secureConnect');
    return 'authorized';
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error);
  } finally {
    socket.destroy();
    server.close();
  }
}

describe('the certificate authority', () => {
  it('makes certificates for localhost that clients take', async () => {
    expect(await handshake({}, 'localhost')).toBe('authorized');
    expect(await handshake({}, '127.0.0.1')).toBe('authorized');
    const { cert } = authority.issue();
    const certificate = new X509Certificate(cert);
    expect(certificate.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(certificate.verify(new X509Certificate(authority.caPem).publicKey)).toBe(true);
  });

  it('makes expired ones, ones not valid yet, and ones for somebody else', async () => {
    const [past, longPast, future] = [-1, -2, 1].map((days) => new Date(Date.now() + days * 86_400_000));
    expect(await handshake({ notBefore: longPast as Date, notAfter: past as Date }, 'localhost')).toBe(
      'CERT_HAS_EXPIRED',
    );
    expect(await handshake({ notBefore: future as Date }, 'localhost')).toBe('CERT_NOT_YET_VALID');
    expect(await handshake({ names: ['other.example', '10.0.0.1'] }, 'localhost')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('is not trusted by who knows another one', async () => {
    expect(await handshake({}, 'localhost', createCertificateAuthority().caPem)).not.toBe('authorized');
  });

  it('goes on with a key that was kept', () => {
    const again = createCertificateAuthority({ kept: authority });
    expect(again.caPem).toBe(authority.caPem);
    const { cert } = again.issue({ names: ['kept.example'] });
    expect(new X509Certificate(cert).verify(new X509Certificate(authority.caPem).publicKey)).toBe(true);
  });
});
