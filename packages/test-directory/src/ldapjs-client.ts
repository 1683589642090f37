import ldapjs, { type SearchOptions } from 'ldapjs';

export interface LdapjsClientOptions {
  /** What is trusted for `ldaps:`, PEM. */
  readonly ca?: string;
  /** Limit of one operation, in milliseconds. Default: none. */
  readonly timeout?: number;
}

export interface LdapjsSearchOptions {
  /** Default `base`. */
  readonly scope?: 'base' | 'one' | 'sub';
  /** A filter as text, or an equality as an object, whose value needs no escaping. Default `(objectClass=*)`. */
  readonly filter?: string | { readonly attribute: string; readonly value: string };
  readonly attributes?: readonly string[];
  readonly sizeLimit?: number;
  /** Reads in pages of so many entries. */
  readonly pageSize?: number;
}

export interface LdapjsResult {
  /** The LDAP result code, 0 for success. */
  readonly code: number;
  readonly message: string;
}

export interface LdapjsEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface LdapjsFound extends LdapjsResult {
  readonly entries: readonly LdapjsEntry[];
  readonly references: number;
  readonly pages: number;
}

export interface LdapjsClient {
  /** Rejects where the directory gave no LDAP result, as do all the others. */
  bind(dn: string, password: string): Promise<LdapjsResult>;
  search(base: string, options?: LdapjsSearchOptions): Promise<LdapjsFound>;
  /** @throws with the result code as `code` */
  compare(dn: string, attribute: string, value: string): Promise<boolean>;
  startTls(ca: string): Promise<void>;
  /** Asks the directory to forget a request (RFC 4511 section 4.11). Without `timeout` only: ldapjs waits for an answer. */
  abandon(messageId: number): Promise<void>;
  /** Resolves when the directory has closed the connection. */
  unbind(): Promise<void>;
  close(): void;
}

/** The client of ldapjs 3, which many apps use, with promises: for trying a directory with one more client. */
export function openLdapjsClient(url: string, { ca, timeout }: LdapjsClientOptions = {}): LdapjsClient {
  const client = ldapjs.createClient({
    url,
    connectTimeout: 5_000,
    reconnect: false,
    ...(timeout === undefined ? {} : { timeout }),
    ...(ca === undefined ? {} : { tlsOptions: { ca } }),
  });
  // What breaks a connection also fails what was under way on it.
  client.on('error', () => undefined);
  return {
    bind: (dn, password) =>
      new Promise((resolve, reject) =>
        client.bind(dn, password, (error) =>
          error === null ? resolve({ code: 0, message: '' }) : settle(error, resolve, reject),
        ),
      ),
    search: (base, options = {}) =>
      new Promise((resolve, reject) => {
        const entries: LdapjsEntry[] = [];
        const seen = { references: 0, pages: 0 };
        client.search(base, searchOptions(options), (failure, answer) => {
          if (failure !== null) {
            reject(failure);
            return;
          }
          const end = (result: LdapjsResult): void => resolve({ entries, ...seen, ...result });
          answer.on('searchEntry', ({ pojo }) => {
            const attributes = Object.fromEntries(pojo.attributes.map(({ type, values }) => [type, values]));
            entries.push({ dn: pojo.objectName, attributes });
          });
          answer.on('searchReference', () => {
            seen.references += 1;
          });
          answer.on('page', () => {
            seen.pages += 1;
          });
          answer.on('error', (error) => settle(error, end, reject));
          answer.on('end', () => end({ code: 0, message: '' }));
        });
      }),
    compare: (dn, attribute, value) =>
      new Promise((resolve, reject) =>
        client.compare(dn, attribute, value, (error, matched) =>
          error === null ? resolve(matched === true) : reject(error),
        ),
      ),
    startTls: (trusted) =>
      new Promise((resolve, reject) =>
        client.starttls({ ca: trusted, host: 'localhost', servername: 'localhost' }, [], (error) =>
          error === null || error === undefined ? resolve() : reject(error),
        ),
      ),
    abandon: (messageId) =>
      new Promise((resolve, reject) =>
        // Of ldapjs 3; its types do not have it.
        (client as unknown as { abandon(id: number, done: (error: unknown) => void): void }).abandon(
          messageId,
          (error) => (error instanceof Error ? reject(error) : resolve()),
        ),
      ),
    unbind: () =>
      new Promise((resolve) => {
        client.once('close', () => resolve());
        client.unbind();
      }),
    close: () => client.destroy(),
  };
}

function searchOptions({ filter, attributes, pageSize, ...rest }: LdapjsSearchOptions): SearchOptions {
  return {
    ...rest,
    ...(filter === undefined
      ? {}
      : { filter: typeof filter === 'string' ? filter : new ldapjs.EqualityFilter(filter) }),
    ...(attributes === undefined ? {} : { attributes: [...attributes] }),
    ...(pageSize === undefined ? {} : { paged: { pageSize } }),
  };
}

function settle(error: unknown, end: (result: LdapjsResult) => void, reject: (error: unknown) => void): void {
  if (isResult(error)) {
    end({ code: error.code, message: error.message });
  } else {
    reject(error);
  }
}

/** ldapjs gives its own failures, such as a closed connection, codes above those of LDAP. */
function isResult(error: unknown): error is LdapjsResult {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code < 128;
}
