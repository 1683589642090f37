import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { failed, type Verdict } from '../exam.ts';
import { judgeTls } from './certificate.ts';
import { Late, within } from './deadline.ts';

export interface TlsTarget {
  /** The name that the certificate has to have. */
  readonly host: string;
  readonly port: number;
  /** What is trusted, PEM; undefined: the authorities that Node knows. */
  readonly ca: string | undefined;
  /** Which variable names the authority, and what it takes: `LDAP_CA_FILE`, a file. */
  readonly caVariable: string;
  /** What to do when the port speaks no TLS. */
  readonly withoutTls: string;
  readonly timeoutMs: number;
}

/** Of a TLS client: everything is looked at here, so the handshake itself accepts anything. */
export function tlsOptions({ host, ca }: Pick<TlsTarget, 'host' | 'ca'>): ConnectionOptions {
  return {
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(ca === undefined ? {} : { ca }),
    rejectUnauthorized: false,
  };
}

/** TLS on a connection that stands, and a judgement of what the server showed. */
export async function checkTls(socket: Socket, target: TlsTarget): Promise<Verdict<TLSSocket>> {
  try {
    return judgeTls(await handshake({ ...tlsOptions(target), socket }, target.timeoutMs), target);
  } catch (error) {
    return explainHandshake(error, target);
  }
}

async function handshake(options: ConnectionOptions, timeoutMs: number): Promise<TLSSocket> {
  const secure = connect(options);
  try {
    await within(
      timeoutMs,
      new Promise<void>((resolve, reject) => {
        secure.once('secureConnect', resolve);
        secure.once('error', reject);
        secure.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
      }),
    );
    secure.removeAllListeners('close');
    secure.on('error', () => undefined);
    return secure;
  } catch (error) {
    secure.on('error', () => undefined);
    secure.destroy();
    throw error;
  }
}

async function explainHandshake(error: unknown, target: TlsTarget): Promise<Verdict<never>> {
  const { host, port, timeoutMs, withoutTls } = target;
  if (error instanceof Late) {
    return failed(
      `${host}:${port} accepts connections, and then says nothing for ${timeoutMs / 1000} s`,
      'The server hangs, or a proxy between holds the connection: look at the server.',
    );
  }
  const old = await oldProtocol(target);
  if (old !== undefined) {
    return failed(
      `${host}:${port} speaks ${old} at best; Okta and Node want TLS 1.2 or later`,
      'Switch TLS 1.2 or 1.3 on at the server, or take the old proxy out of the way.',
    );
  }
  const { code = '' } = error as NodeJS.ErrnoException; // what sockets reject with
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|RECORD/.test(code) || code === 'ECONNRESET') {
    return failed(`${host}:${port} speaks no TLS (${code})`, withoutTls);
  }
  return failed(`no TLS can be agreed on with ${host}:${port} (${code})`, 'Look at the TLS settings of the server.');
}

/** The protocol below TLS 1.2 that the server does speak, if it does. */
async function oldProtocol(target: TlsTarget): Promise<string | undefined> {
  const { port, host, timeoutMs } = target;
  const socket = connectPlain({ host, port, timeout: timeoutMs });
  socket.on('error', () => undefined);
  try {
    const secure = await handshake(
      { ...tlsOptions(target), socket, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' },
      timeoutMs,
    );
    const protocol = secure.getProtocol();
    secure.destroy();
    return protocol?.replace('TLSv', 'TLS ') ?? undefined;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}
