import { createServer, type RequestListener, type Server } from 'node:http';

export interface ListenOptions {
  readonly host: string;
  readonly port: number;
}

/** What a person can do about the errors of `listen`; anything else keeps its own words. */
const ADVICE: Readonly<Record<string, (options: ListenOptions) => string>> = {
  EADDRINUSE: ({ host, port }) =>
    `port ${port} on ${host} is in use by another program. Stop that one, or set PORT to another number.`,
  EACCES: ({ port }) => `port ${port} may not be used by this user. Set PORT to a number above 1023.`,
  EADDRNOTAVAIL: ({ host }) => `HOST=${host} is no address of this computer. Set it to 127.0.0.1 or 0.0.0.0.`,
  ENOTFOUND: ({ host }) => `HOST=${host} is a name that leads nowhere. Set it to 127.0.0.1 or 0.0.0.0.`,
};

/** @throws Error with one plain sentence when the address cannot be had */
export function listen(handler: RequestListener, options: ListenOptions): Promise<Server> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000 }, handler);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const advice = ADVICE[error.code ?? '']?.(options);
      reject(advice === undefined ? error : new Error(advice, { cause: error }));
    });
    server.listen(options.port, options.host, () => resolve(server));
  });
}
