import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { httpRequest } from '@ldap-to-okta/okta-tools';
import { failed, ok, type Verdict, warning } from '../exam.ts';

/** A port of this computer that npm start would listen on. */
export interface OwnPort {
  readonly port: number;
  /** As it reads in a line: `the ldap app`. */
  readonly user: string;
  /** The variable that moves it elsewhere. */
  readonly variable: string;
  readonly speaks: 'http' | 'ldap' | 'ldaps';
}

const HOST = '127.0.0.1';

/** Free, or taken by what belongs there; a stranger on it is a failure. */
export async function checkOwnPort(
  { port, user, variable, speaks }: OwnPort,
  timeoutMs: number,
): Promise<Verdict<void>> {
  if (!(await isTaken(port, timeoutMs))) return ok(undefined, `free for ${user}`);
  const found = await (speaks === 'http' ? askHttp(port, timeoutMs) : askLdap(port, speaks === 'ldaps', timeoutMs));
  if (found === undefined) {
    return failed(
      `is needed for ${user}, and something else listens there`,
      `Stop that program, or choose another port with ${variable}.`,
    );
  }
  return found.ready
    ? ok(undefined, `${user} runs there`)
    : warning(undefined, `${user} runs there and is not ready${found.why}`, 'The lines below should tell why.');
}

function isTaken(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: HOST, timeout: timeoutMs });
    const settle = (taken: boolean): void => {
      socket.destroy();
      resolve(taken);
    };
    socket.once('connect', () => settle(true));
    socket.once('timeout', () => settle(true));
    socket.once('error', () => settle(false));
  });
}

interface Own {
  readonly ready: boolean;
  readonly why: string;
}

/** The apps and Local Okta say of themselves whether they live, and an app whether it is ready. */
async function askHttp(port: number, timeoutMs: number): Promise<Own | undefined> {
  const ask = (path: string) =>
    httpRequest({ url: `http://${HOST}:${port}${path}`, timeoutMs }).catch(() => ({ status: 0, text: '' }));
  const alive = await ask('/healthz');
  if (alive.status !== 200 || !/^\{"status":"(?:alive|ok)"\}$/.test(alive.text.trim())) return undefined;
  if (alive.text.includes('"ok"')) return { ready: true, why: '' };
  const ready = await ask('/readyz');
  const reason = /"reason":"([\w-]+)"/.exec(ready.text)?.[1];
  return { ready: ready.status === 200, why: reason === undefined ? '' : ` (${reason})` };
}

/** RFC 4511 section 4.14: an extended request, StartTLS, which every LDAP server answers and which changes nothing. */
const START_TLS = Buffer.from(`301d02010177188016${Buffer.from('1.3.6.1.4.1.1466.20037').toString('hex')}`, 'hex');
const SEQUENCE = 0x30;

function askLdap(port: number, tls: boolean, timeoutMs: number): Promise<Own | undefined> {
  return new Promise((resolve) => {
    // whose certificate it is does not matter here: nothing is said that is not known to everybody
    const socket = tls ? connectTls({ port, host: HOST, rejectUnauthorized: false }) : connect({ port, host: HOST });
    const settle = (own: boolean): void => {
      socket.destroy();
      resolve(own ? { ready: true, why: '' } : undefined);
    };
    socket.setTimeout(timeoutMs, () => settle(false));
    socket.once('error', () => settle(false));
    socket.once('close', () => settle(false));
    socket.once(tls ? 'secureConnect' : 'connect', () => socket.write(START_TLS));
    socket.once('data', (answer: Buffer) => settle(answer[0] === SEQUENCE));
  });
}
