import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';

/**
 * Puts TLS on a connection, after `answer` has gone out in clear (RFC 4511 §4.14). Bytes that had come in clear are
 * thrown away: an attacker could have put them there to have them taken for protected ones.
 */
export function startTlsOn(
  socket: Socket,
  secureContext: SecureContext,
  answer: Buffer,
  handshakeMs: number,
): TLSSocket {
  while (socket.read() !== null);
  socket.setTimeout(0);
  socket.write(answer);
  const secure = new TLSSocket(socket, { isServer: true, secureContext });
  const timer = setTimeout(() => socket.destroy(), handshakeMs);
  secure.on('close', () => clearTimeout(timer));
  secure.on('secure', () => clearTimeout(timer));
  return secure;
}
