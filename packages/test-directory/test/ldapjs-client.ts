import ldapjs, { type Client, type ClientOptions, type SearchOptions } from 'ldapjs';

export interface LdapjsEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly string[]>>;
}

export interface LdapjsFound {
  readonly entries: readonly LdapjsEntry[];
  readonly references: number;
  readonly pages: number;
  /** The result code; the error's where it ends with one. */
  readonly code: number;
  readonly message: string;
}

/** ldapjs's client, its callbacks as promises. */
export interface LdapjsClient {
  readonly client: Client;
  /** 0, or the result code of the refusal. A failure that is no LDAP result rejects. */
  bind(dn: string, password: string): Promise<{ readonly code: number; readonly message: string }>;
  search(base: string, options: SearchOptions): Promise<LdapjsFound>;
  compare(dn: string, attribute: string, value: string): Promise<boolean>;
  startTls(ca: string): Promise<void>;
  /** Asks the directory to forget a request (RFC 4511 section 4.11). */
  abandon(messageId: number): Promise<void>;
  unbind(): Promise<void>;
  close(): void;
}

export function openLdapjs(url: string, options: Partial<ClientOptions> = {}): LdapjsClient {
  const client = ldapjs.createClient({ url, timeout: 10_000, connectTimeout: 5_000, reconnect: false, ...options });
  // What breaks a connection also fails what was under way on it.
  client.on('error', () => undefined);
  return {
    client,
    bind: (dn, password) =>
      new Promise((resolve, reject) =>
        client.bind(dn, password, (error) => settle(error, () => resolve({ code: 0, message: '' }), resolve, reject)),
      ),
    search: (base, searchOptions) =>
      new Promise((resolve, reject) => {
        const entries: LdapjsEntry[] = [];
        const seen = { references: 0, pages: 0 };
        client.search(base, searchOptions, (failure, answer) => {
          if (failure !== null) return reject(failure);
          const found = (): Omit<LdapjsFound, 'code' | 'message'> => ({ entries, ...seen });
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
          answer.on('error', (error) =>
            settle(
              error,
              () => undefined,
              (refusal) => resolve({ ...found(), ...refusal }),
              reject,
            ),
          );
          answer.on('end', () => resolve({ ...found(), code: 0, message: '' }));
        });
      }),
    compare: (dn, attribute, value) =>
      new Promise((resolve, reject) =>
        client.compare(dn, attribute, value, (error, matched) =>
          error === null ? resolve(matched === true) : reject(error),
        ),
      ),
    startTls: (ca) =>
      new Promise((resolve, reject) =>
        client.starttls({ ca, host: 'localhost', servername: 'localhost' }, [], (error) =>
          error === null || error === undefined ? resolve() : reject(error),
        ),
      ),
    abandon: (messageId) =>
      new Promise((resolve, reject) =>
        // Of ldapjs 3; its types do not have it.
        (client as unknown as { abandon(id: number, done: (error: Error | null) => void): void }).abandon(
          messageId,
          (error) => (error instanceof Error ? reject(error) : resolve()),
        ),
      ),
    unbind: () => new Promise((resolve) => client.unbind(() => resolve())),
    close: () => client.destroy(),
  };
}

interface Refusal {
  readonly code: number;
  readonly message: string;
}

function settle(
  error: unknown,
  succeed: () => void,
  refuse: (refusal: Refusal) => void,
  reject: (error: unknown) => void,
): void {
  if (error === null || error === undefined) {
    succeed();
  } else if (isResult(error)) {
    refuse({ code: error.code, message: error.message });
  } else {
    reject(error);
  }
}

/** ldapjs gives its own failures, such as a closed connection, codes above those of LDAP. */
function isResult(error: unknown): error is Refusal {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' && error.code < 128;
}
