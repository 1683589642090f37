import type { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import ldapjs, { type Server, type ServerOptions } from 'ldapjs';
import type { FilterNode } from './filter.ts';

/** A control as ldapjs decodes it. */
export interface LdapjsControl {
  readonly type: string;
  readonly criticality: boolean;
  readonly value: unknown;
}

/** What is used of ldapjs's requests; its types call them `any`. */
export interface LdapjsRequest {
  readonly type: string;
  readonly messageId: number;
  readonly connection: Socket;
  /** ldapjs's logger, which its responses take over. */
  readonly log: unknown;
  readonly controls: readonly LdapjsControl[];
}

export interface LdapjsBind extends LdapjsRequest {
  readonly name: string;
  readonly credentials: string;
}

export interface LdapjsSearch extends LdapjsRequest {
  readonly baseObject: { toString(): string };
  /** 0 base, 1 one level, 2 subtree. */
  readonly scope: number;
  readonly sizeLimit: number;
  readonly attributes: readonly string[];
  readonly filter: FilterNode & { toString(): string };
}

export interface LdapjsResponse {
  diagnosticMessage: string;
  addReferral(url: string): void;
  addControl(control: unknown): void;
  end(code: number): void;
}

export interface LdapjsSearchResponse extends LdapjsResponse {
  send(message: unknown): void;
  createSearchEntry(entry: { dn: string; attributes: readonly unknown[] }): unknown;
  createSearchReference(urls: readonly string[]): unknown;
}

export interface Handlers {
  /** Sees each request before ldapjs routes it; what it returns is routed instead. */
  receive(request: LdapjsRequest): LdapjsRequest;
  bind(request: LdapjsBind, response: LdapjsResponse): void;
  search(request: LdapjsSearch, response: LdapjsSearchResponse): void;
}

/** What `@types/ldapjs` leaves out of ldapjs 3. */
interface Untyped {
  readonly BindRequest: new (options: { messageId: number; name: string; credentials: string }) => LdapjsBind;
  readonly PagedResultsControl: new (options: { value: { size: number; cookie: Buffer } }) => LdapjsControl;
  readonly PasswordPolicyControl: { OID: string };
  readonly ExtendedResponse: new (options: {
    messageId: number;
    status: number;
    responseName: string;
  }) => {
    toBer(): { readonly buffer: Buffer };
  };
}
// These are exported by lib/index.js of ldapjs 3.0.7.
export const untyped = ldapjs as unknown as Untyped;

/** A server of ldapjs that is not listening yet. */
export function createLdapjsServer(handlers: Handlers, tls?: { readonly cert: string; readonly key: string }): Server {
  // ldapjs knows this control only with a value and ends the connection of a client that asks for it, which is done
  // without one (draft-behera-ldap-password-policy-11 section 6.1). Under another number it is one that is not known.
  untyped.PasswordPolicyControl.OID = 'none';
  const options: ServerOptions & { connectionRouter(connection: Connection): void } = {
    ...(tls === undefined ? {} : { certificate: tls.cert, key: tls.key }),
    connectionRouter: (connection) => {
      // Of ldapjs 3, and in its documentation; its types do not have it.
      (server as unknown as { newConnection(connection: Connection): void }).newConnection(connection);
      // ldapjs answers a bind under any name that is no DN, `anna@corp.example`, with invalidDNSyntax by itself.
      const { parser } = connection;
      const route = parser.listeners('message');
      parser.removeAllListeners('message');
      parser.on('message', (request: LdapjsRequest) => {
        const routed = handlers.receive(Object.assign(request, { connection }));
        for (const listener of route) listener(routed);
      });
    },
  };
  const server = ldapjs.createServer(options);
  // Without a listener one malformed message ends the process; with one ldapjs ends the connection.
  server.on('error', () => undefined);
  server.bind('', (request: LdapjsBind, response: LdapjsResponse, next: () => void) => {
    handlers.bind(request, response);
    next();
  });
  server.search('', (request: LdapjsSearch, response: LdapjsSearchResponse, next: () => void) => {
    handlers.search(request, response);
    next();
  });
  return server;
}

interface Connection extends Socket {
  readonly parser: EventEmitter;
}
