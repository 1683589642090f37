import { connect } from 'node:net';
import { createServer } from 'node:tls';
import type { ServerCertificate } from './certificate-authority.ts';

export interface TlsFront {
  readonly port: number;
  close(): Promise<void>;
}

/** Answers a message in the directory's place, or returns undefined to let it pass. */
export type Interception = (message: Buffer) => Buffer | undefined;

/** Speaks TLS with a certificate of the test's choice and hands what is inside to a plain LDAP port. */
export async function startTlsFront(
  certificate: ServerCertificate,
  ldapPort: number,
  intercept: Interception = () => undefined,
): Promise<TlsFront> {
  const sockets = new Set<{ destroy(): unknown }>();
  const server = createServer(certificate, (secure) => {
    const plain = connect(ldapPort, '127.0.0.1');
    for (const [one, other] of [
      [secure, plain],
      [plain, secure],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
    }
    secure.on('data', (message: Buffer) => {
      const answer = intercept(message);
      if (answer === undefined) {
        plain.write(message);
      } else {
        secure.write(answer);
      }
    });
    plain.pipe(secure);
  });
  // A client that rejects the certificate ends the handshake; that is what the test looks at from the other side.
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('the TLS front has no port');
  }
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
