import { type Filter, FilterParser, type Entry as LdapEntry } from 'ldapts';
import { type Connection, openConnection } from './connection.ts';
import { createConnectionPool } from './connection-pool.ts';
import { type DirectoryConfig, directoryUrl } from './directory-config.ts';
import { DirectoryError, resultCodeOf, toDirectoryError } from './directory-error.ts';
import { createEntryRows } from './entry-rows.ts';
import type { BindOutcome, BindWork, Entry, SearchWork } from './protocol.ts';
import { bindAsUser } from './user-bind.ts';

/** What the agent does with the directory. Every method throws DirectoryError alone. */
export interface Directory {
  readonly url: string;
  bind(work: BindWork): Promise<BindOutcome>;
  /** One answer without paging. */
  search(work: SearchWork): Promise<readonly Entry[]>;
  /**
   * Pages on a connection of their own, each a JSON array of {@link Row}s; the next page is asked for when the consumer
   * wants it.
   */
  pages(work: SearchWork, pageSize: number): AsyncGenerator<Buffer>;
  /** Proves that the service account can bind and read. */
  probe(): Promise<void>;
  close(): void;
}

/** Connections for user binds; more wait in line for the time their request has left. */
const USER_CONNECTIONS = 8;
const NO_SUCH_OBJECT = 32;

export function createDirectory(config: DirectoryConfig): Directory {
  const users = createConnectionPool({ max: USER_CONNECTIONS, open: () => openConnection(config) });
  const streams = new Set<Connection>();
  let service: Promise<Connection> | undefined;

  async function openService(): Promise<Connection> {
    const connection = await openConnection(config);
    try {
      await connection.within(8_000, (client) => client.bind(config.bindDn, config.bindPassword));
      return connection;
    } catch (error) {
      connection.close();
      if (resultCodeOf(error) === undefined) throw toDirectoryError(error);
      throw new DirectoryError('service-bind-failed', `the directory refuses the service account ${config.bindDn}`, {
        cause: error,
        resultCode: resultCodeOf(error) ?? 0,
      });
    }
  }

  /** The shared service connection: short searches are multiplexed on it. */
  async function sharedService(): Promise<Connection> {
    const current = service;
    const connection = await current?.catch(() => undefined);
    if (connection?.isOpen()) return connection;
    // Somebody else may have replaced it while this one waited.
    if (service === current || service === undefined) service = openService();
    return service;
  }

  async function search(work: SearchWork): Promise<readonly Entry[]> {
    const filter = parseFilter(work.filter);
    try {
      const connection = await sharedService();
      const { searchEntries } = await connection.within(work.deadlineMs, (client) =>
        client.search(work.base, {
          scope: work.scope,
          filter,
          attributes: [...work.attributes],
          sizeLimit: work.sizeLimit,
        }),
      );
      return searchEntries.map(toEntry);
    } catch (error) {
      throw toDirectoryError(error);
    }
  }

  return {
    url: directoryUrl(config),
    search,
    bind: (work) => bindAsUser(work, users, search),
    async *pages(work, pageSize) {
      const filter = parseFilter(work.filter);
      let connection: Connection | undefined;
      try {
        connection = await openService();
        streams.add(connection);
        const rows = createEntryRows(work.attributes);
        connection.collectEntries(rows);
        const pages = connection.client.searchPaginated(work.base, {
          scope: work.scope,
          filter,
          attributes: [...work.attributes],
          paged: { pageSize },
        });
        for (;;) {
          const page = await connection.within(work.deadlineMs, () => pages.next());
          if (page.done === true) return;
          yield rows.take();
        }
      } catch (error) {
        throw toDirectoryError(error);
      } finally {
        if (connection !== undefined) {
          streams.delete(connection);
          connection.close();
        }
      }
    },
    async probe() {
      try {
        const connection = await sharedService();
        await connection.within(5_000, (client) =>
          client.search(config.root, { scope: 'base', attributes: ['1.1'], sizeLimit: 1 }),
        );
      } catch (error) {
        if (resultCodeOf(error) === NO_SUCH_OBJECT) {
          throw new DirectoryError('result-code', `${config.root} (LDAP_ROOT) does not exist or is hidden`, {
            cause: error,
            resultCode: NO_SUCH_OBJECT,
          });
        }
        throw toDirectoryError(error);
      }
    },
    close() {
      users.close();
      for (const connection of streams) connection.close();
      service?.then((connection) => connection.close()).catch(() => undefined);
    },
  };
}

function parseFilter(text: string): Filter {
  try {
    return FilterParser.parseString(text);
  } catch (error) {
    throw new DirectoryError('bad-filter', `${text} is not an LDAP filter`, { cause: error });
  }
}

function toEntry(found: LdapEntry): Entry {
  const attributes: Record<string, string | string[]> = {};
  for (const name in found) {
    const value = found[name];
    if (name === 'dn') continue;
    if (typeof value === 'string') attributes[name.toLowerCase()] = value;
    else if (Array.isArray(value)) {
      const values: string[] = [];
      for (const one of value) if (typeof one === 'string') values.push(one);
      if (values.length > 0) attributes[name.toLowerCase()] = values;
    }
  }
  return { dn: found.dn, attributes };
}
