import { BindRequest, PresenceFilter, SearchRequest } from 'ldapts';
import { type Connection, ConnectionLost, type Request } from './connection.ts';

const PROBE_MS = 1_000;
const everything = new PresenceFilter({ attribute: 'objectClass' });

/** For a service connection: reads the root DSE, without attributes. */
export const readRootDse = (): Request =>
  new SearchRequest({ messageId: 0, baseDN: '', scope: 'base', filter: everything, attributes: ['1.1'] });

/** For a user connection, where nothing but binds is sent: an anonymous bind. It also drops the last user's rights. */
export const bindAnonymously = (): Request => new BindRequest({ messageId: 0 });

/**
 * Whether a connection that was idle still answers: firewalls drop idle connections without telling. Any answer
 * counts, also a refusal. A connection that does not answer is ended.
 */
export async function isAlive(connection: Connection, probe: Request): Promise<boolean> {
  const giveUp = (): void => connection.destroy(new ConnectionLost('The idle connection no longer answers'));
  const timer = setTimeout(giveUp, PROBE_MS);
  try {
    await connection.request(probe);
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
