import { createServer } from 'node:net';
import { StackError } from './stack-error.ts';

/** A port that something is about to listen on; 0 is any that is free. */
export interface WantedPort {
  readonly port: number;
  /** Who needs it, as it reads in a message: `the ldap app`. */
  readonly user: string;
  /** The variable that moves it elsewhere. */
  readonly variable: string;
}

const HOST = '127.0.0.1';

/**
 * Finds numbers for the zeros and makes sure of the others, before anything is started.
 * @throws {StackError} `port-in-use`, with every port that is taken in its one line
 */
export async function claimPorts(wanted: readonly WantedPort[]): Promise<readonly number[]> {
  const found = await Promise.all(wanted.map(({ port }) => tryPort(port)));
  const taken = wanted.filter((_, index) => found[index] === undefined);
  if (taken.length > 0) {
    const list = taken.map(({ port, user, variable }) => `${port} (${user}; ${variable} chooses another)`).join(', ');
    throw new StackError('port-in-use', `${taken.length === 1 ? 'This port is' : 'These ports are'} in use: ${list}.`);
  }
  return found.map((port) => port ?? 0);
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen(port, HOST, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : port));
    });
  });
}
