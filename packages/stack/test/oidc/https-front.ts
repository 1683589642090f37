import http from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';

export interface HttpsFront {
  readonly url: string;
  readonly caPem: string;
  /** The plain http port behind it; requests before that are cut off. */
  target: number;
  close(): Promise<void>;
}

/** `https://localhost:…` with a certificate authority of its own, in front of what speaks plain http. */
export async function startHttpsFront(): Promise<HttpsFront> {
  const authority = createCertificateAuthority({ commonName: 'CA of a company' });
  const server = createServer(authority.issue({ names: ['localhost'] }), (request, response) => {
    const { method, url, headers } = request;
    const onward = http.request({ host: '127.0.0.1', port: front.target, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  server.on('tlsClientError', () => undefined); // whoever does not trust the authority hangs up
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  const front: HttpsFront = {
    url: `https://localhost:${port}`,
    caPem: authority.caPem,
    target: 0,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return front;
}
