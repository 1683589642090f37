import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { Client } from 'ldapts';
import { type DirectoryConfig, directoryUrl } from './directory-config.ts';
import { DirectoryError, toDirectoryError } from './directory-error.ts';
import { type GuardedAnswers, guardAnswers } from './guarded-answers.ts';

/** One connection to the directory, encrypted as configured, not bound yet. */
export interface Connection extends GuardedAnswers {
  readonly client: Client;
  /** False once the socket has closed; such a connection is never used again. */
  isOpen(): boolean;
  close(): void;
  /** Runs one operation with a deadline; past it the connection is closed and a DirectoryError `timeout` thrown. */
  within<T>(ms: number, operation: (client: Client) => Promise<T>): Promise<T>;
}

const CONNECT_MS = 5_000;

/**
 * Connects, and with StartTLS upgrades and checks the certificate's name, before anything secret is sent.
 * @throws DirectoryError
 */
export async function openConnection(config: DirectoryConfig): Promise<Connection> {
  const tlsOptions = {
    host: config.host,
    // SNI carries names only (RFC 6066 section 3).
    ...(isIP(config.host) === 0 ? { servername: config.host } : {}),
    ...(config.ca === undefined ? {} : { ca: config.ca }),
    minVersion: 'TLSv1.2' as const,
  };
  let socket: Socket | undefined;
  let closed = false;
  // ldapts reconnects silently: anonymous, and after StartTLS in clear. One client is one connection here.
  const once = (open: () => Socket): Socket => {
    if (socket !== undefined) throw new DirectoryError('connection-lost', 'the directory closed the connection');
    socket = open();
    // Several short searches share a connection: none waits for the last one's acknowledgement.
    socket.setNoDelay(true);
    socket.once('close', () => {
      closed = true;
    });
    return socket;
  };
  const client = new Client({
    url: directoryUrl(config),
    connectTimeout: CONNECT_MS,
    strictDN: false,
    ...(config.tls === 'ldaps' ? { tlsOptions } : {}),
    // The overloads of connect cannot be told from a wrapper; ldapts calls it with port and host.
    createConnection: ((port: number, to: string) => once(() => netConnect(port, to))) as typeof netConnect,
    ...(config.tls === 'ldaps'
      ? {
          // As above: ldapts calls it with port, host and the options given here.
          createSecureConnection: ((port: number, to: string) =>
            once(() => tlsConnect(port, to, tlsOptions))) as typeof tlsConnect,
        }
      : {}),
  });
  let refused: DirectoryError | undefined;
  const answers = guardAnswers(client, (error) => {
    refused = error;
    closed = true;
    socket?.destroy();
  });
  const close = (): void => {
    closed = true;
    client.unbind().catch(() => undefined);
    socket?.destroy();
  };
  const connection: Connection = {
    client,
    collectEntries: answers.collectEntries,
    isOpen: () => !closed,
    close,
    async within(ms, operation) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => {
          reject(new DirectoryError('timeout', `the directory did not answer within ${ms} ms`));
        }, ms);
      });
      const work = operation(client);
      work.catch(() => undefined);
      try {
        return await Promise.race([work, late]);
      } catch (error) {
        if (error instanceof DirectoryError && error.code === 'timeout') close();
        throw refused ?? error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
  if (config.tls === 'starttls') {
    try {
      await connection.within(CONNECT_MS, () => client.startTLS({ ...tlsOptions }));
    } catch (error) {
      close();
      const known = toDirectoryError(error);
      if (known.code !== 'result-code') throw known;
      throw new DirectoryError('tls-refused', 'the directory refuses StartTLS', { cause: error });
    }
  }
  return connection;
}
