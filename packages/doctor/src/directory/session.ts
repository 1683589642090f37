import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { Client, ResultCodeError } from 'ldapts';
import { failed, type Verdict } from '../exam.ts';
import { judgeTls } from '../network/certificate.ts';
import { within } from '../network/deadline.ts';
import { checkTls, type TlsTarget, tlsOptions } from '../network/tls.ts';

/** One connection to a directory, encrypted as the apps would have it. */
export interface Session {
  readonly client: Client;
}

/** LDAP on a connection that stands. ldapts would connect anew by itself when it breaks; here it cannot. */
export function openSession(socket: Socket, timeoutMs: number): Session {
  return {
    client: new Client({
      url: 'ldap://the.connection.is.made',
      timeout: timeoutMs,
      connectTimeout: timeoutMs,
      strictDN: false,
      createConnection: (() => socket) as typeof import('node:net').connect, // ldapts calls it with port and host
    }),
  };
}

/** LDAPS: TLS first. */
export async function openLdaps(socket: Socket, target: TlsTarget): Promise<Verdict<Session>> {
  const verdict = await checkTls(socket, target);
  return 'value' in verdict ? { ...verdict, value: openSession(verdict.value, target.timeoutMs) } : verdict;
}

/** StartTLS: an extended request in clear, then TLS on the same connection. */
export async function openStartTls(socket: Socket, target: TlsTarget): Promise<Verdict<Session>> {
  let secure: TLSSocket | undefined;
  const client = new Client({
    url: 'ldap://the.connection.is.made',
    timeout: target.timeoutMs,
    connectTimeout: target.timeoutMs,
    strictDN: false,
    createConnection: (() => socket) as typeof import('node:net').connect, // as above
    createSecureConnection: ((options: ConnectionOptions) => {
      secure = connect(options);
      secure.on('error', () => undefined);
      return secure;
    }) as typeof connect, // ldapts calls it with the options given to startTLS
  });
  try {
    await within(target.timeoutMs, client.startTLS(tlsOptions(target)));
  } catch (error) {
    const { host, port, timeoutMs } = target;
    if (error instanceof ResultCodeError) {
      return failed(
        `${host}:${port} refuses StartTLS (${error.code}: ${error.message})`,
        'Give the server a certificate, or use its LDAPS port with LDAP_TLS=ldaps.',
      );
    }
    const { code = `no answer within ${timeoutMs / 1000} s` } = error as NodeJS.ErrnoException; // of a socket
    return failed(
      `StartTLS with ${host}:${port} failed (${code})`,
      'Look whether that port speaks LDAP, and which versions of TLS the server has: 1.2 or later is needed.',
    );
  }
  if (secure === undefined) return failed('StartTLS gave no TLS', 'Please report it.');
  const verdict = judgeTls(secure, target);
  return 'value' in verdict ? { ...verdict, value: { client } } : verdict;
}
