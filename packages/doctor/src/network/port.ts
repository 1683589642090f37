import type { LookupAddress } from 'node:dns';
import { connect, type Socket } from 'node:net';
import { isLoopback } from '@ldap-to-okta/auth-adapter';
import { failed, ok, type Verdict, warning } from '../exam.ts';

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly variable: string;
  /** What to type when nothing answers on this computer: `npm start`. */
  readonly start: string;
}

interface Attempt {
  readonly address: string;
  readonly socket?: Socket;
  readonly code?: string;
}

/** Connects to every address of a name; the value is the first connection that stands, which the caller closes. */
export async function checkPort(
  addresses: readonly LookupAddress[],
  { host, port, variable, start }: Target,
  timeoutMs: number,
): Promise<Verdict<Socket>> {
  const attempts = await Promise.all(addresses.slice(0, 8).map(({ address }) => tryAddress(address, port, timeoutMs)));
  const [first, ...others] = attempts.flatMap(({ socket }) => (socket === undefined ? [] : [socket]));
  for (const other of others) other.destroy();
  if (first === undefined) return explain(attempts, { host, port, variable, start }, timeoutMs);
  const open = attempts.filter(({ socket }) => socket !== undefined).map(({ address }) => address);
  const says = `port ${port} of ${open.join(' and ')} accepts connections`;
  if (open.every((address) => address.includes(':')) && addresses.some(({ family }) => family === 4)) {
    return warning(
      first,
      `port ${port} accepts connections by IPv6 only, at ${open.join(' and ')}`,
      'Let the server listen on IPv4 too: many clients, and containers, try nothing else.',
    );
  }
  return ok(first, says);
}

function tryAddress(address: string, port: number, timeoutMs: number): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: timeoutMs });
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeAllListeners();
      // a server may close it before the next check looks at it
      socket.on('error', () => undefined);
      resolve({ address, socket });
    });
    const fail = (code: string): void => {
      socket.destroy();
      resolve({ address, code });
    };
    socket.once('timeout', () => fail('ETIMEDOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'no reason given'));
  });
}

async function explain(attempts: readonly Attempt[], target: Target, timeoutMs: number): Promise<Verdict<never>> {
  const { host, port, variable, start } = target;
  const codes = [...new Set(attempts.map(({ code = '' }) => code))];
  if (isLoopback(host) || /^127\./.test(host)) {
    const other = await tryAddress('::1', port, timeoutMs);
    other.socket?.destroy();
    if (other.socket !== undefined) {
      return failed(
        `nothing answers at ${host}:${port} by IPv4; something listens at [::1]:${port} alone`,
        `Let it listen on 127.0.0.1 too, or name it by ${variable}=::1.`,
      );
    }
    return failed(`nothing answers at ${host}:${port}`, `Start it with ${start}, or correct ${variable} and the port.`);
  }
  if (codes.includes('ETIMEDOUT')) {
    return failed(
      `${host}:${port} did not answer within ${timeoutMs / 1000} s`,
      'A firewall between may drop the packets: ask whoever runs it to let this port through.',
    );
  }
  const refused = codes.includes('ECONNREFUSED');
  return failed(
    refused ? `${host} refuses connections at port ${port}` : `${host}:${port} cannot be reached (${codes.join(', ')})`,
    refused
      ? `Look whether the server runs and listens on that port, and correct ${variable} or the port.`
      : 'Look at the network, the VPN and the routes of this computer.',
  );
}
