import { once } from 'node:events';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import type { Server } from 'ldapjs';
import { activeDirectory } from './active-directory.ts';
import { normalDn } from './entry.ts';
import { sayFirst } from './interjection.ts';
import {
  createLdapjsServer,
  type Handlers,
  type LdapjsBind,
  type LdapjsRequest,
  type LdapjsSearch,
  untyped,
} from './ldapjs-server.ts';
import type { OtherDirectory, OtherDirectoryOptions, OtherFault, OtherRequest } from './other-directory.ts';
import { rudeDirectory } from './rude-directory.ts';
import { createSearch } from './search.ts';

const isBind = (request: LdapjsRequest): request is LdapjsBind => request.type === 'BindRequest';
const isSearch = (request: LdapjsRequest): request is LdapjsSearch => request.type === 'SearchRequest';

/**
 * Starts a directory that is neither OpenLDAP nor of this repository: ldapjs speaks the protocol, a flavour gives it
 * people and manners. It runs within this process, on loopback, and holds nothing but made-up data.
 * @example
 * const directory = await startOtherDirectory({ flavour: 'active-directory' });
 * directory.misbehave('search', { kind: 'code', code: 51 }, 1); // busy, once
 * await directory.close();
 */
export async function startOtherDirectory({ flavour }: OtherDirectoryOptions): Promise<OtherDirectory> {
  const manners = flavour === 'active-directory' ? activeDirectory : rudeDirectory;
  const accounts = new Map(manners.entries.map((entry) => [normalDn(entry.dn) ?? '', entry]));
  const search = createSearch(manners, accounts);
  const bound = new WeakSet<Socket>();
  const connections = new Set<Socket>();
  const requests: OtherRequest[] = [];
  let faults: { on: OtherRequest['kind']; fault: OtherFault; left: number }[] = [];

  const nextFault = (kind: OtherRequest['kind']): OtherFault | undefined => {
    const found = faults.find(({ on, left }) => on === kind && left > 0);
    if (found !== undefined) found.left -= 1;
    return found?.fault;
  };

  const handlers: Handlers = {
    receive: (request) => {
      if (isSearch(request)) {
        requests.push({ kind: 'search', name: String(request.baseObject), filter: request.filter.toString() });
      } else if (isBind(request)) {
        requests.push({ kind: 'bind', name: request.name });
        // Whatever comes of it, the session before it has ended (RFC 4511 section 4.2.1).
        bound.delete(request.connection);
        const { messageId, name, credentials, connection, log } = request;
        if (name === '' || normalDn(name) !== undefined) return request;
        const dn = manners.dnOf(name) ?? `cn=nobody,${manners.base}`;
        return Object.assign(new untyped.BindRequest({ messageId, name: dn, credentials }), { connection, log });
      }
      return request;
    },
    bind: (request, response) => {
      const { connection, name, credentials } = request;
      sayFirst(nextFault('bind'), request, (instead) => {
        const verdict = instead ?? manners.judge(accounts.get(normalDn(name) ?? ''), credentials);
        if (verdict.code === 0 && credentials !== '') bound.add(connection);
        response.diagnosticMessage = verdict.message ?? '';
        response.end(verdict.code);
      });
    },
    search: (request, response) => {
      const isBound = bound.has(request.connection);
      sayFirst(nextFault('search'), request, (instead) => search(request, response, isBound, instead));
    },
  };

  const authority = createCertificateAuthority({ commonName: 'Other Directory CA' });
  const plain = createLdapjsServer(handlers);
  const secure = createLdapjsServer(handlers, authority.issue());
  const [port, securePort] = await Promise.all([listen(plain, connections), listen(secure, connections)]);
  return {
    flavour,
    url: `ldap://127.0.0.1:${port}`,
    ldapsUrl: `ldaps://localhost:${securePort}`,
    caPem: authority.caPem,
    base: manners.base,
    userBase: manners.userBase,
    groupBase: manners.groupBase,
    serviceDn: manners.serviceDn,
    servicePassword: manners.servicePassword,
    requests: () => [...requests],
    misbehave: (on, fault, times = Infinity) => {
      faults.push({ on, fault, left: times });
    },
    behave: () => {
      faults = [];
    },
    close: async () => {
      const closed = [plain, secure].map((server) => new Promise<void>((resolve) => server.close(resolve)));
      for (const connection of connections) connection.destroy();
      await Promise.all(closed);
    },
  };
}

async function listen(server: Server, connections: Set<Socket>): Promise<number> {
  // ldapjs keeps the net.Server under this name; its types do not.
  const { server: listener } = server as unknown as { server: NetServer };
  listener.on('connection', (connection: Socket) => {
    connections.add(connection);
    connection.on('close', () => connections.delete(connection));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return (listener.address() as AddressInfo).port; // a TCP server's address is never a path
}
