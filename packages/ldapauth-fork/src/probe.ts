import { type Connection, ConnectionLost } from './connection.ts';
import { bindRequest, type Request, readNothing } from './request.ts';

const PROBE_MS = 1_000;

/** For a service connection: the root DSE. */
export const readRootDse = readNothing('');

/** For a user connection, where nothing but binds is sent: an anonymous bind. It also drops the last user's rights. */
export const bindAnonymously = bindRequest('', '');

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
