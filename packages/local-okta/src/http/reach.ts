import { existsSync } from 'node:fs';
import { isLoopback } from '../config.ts';

/** What Docker and Podman put into a container. */
const CONTAINER_MARKS = ['/.dockerenv', '/run/.containerenv'];

/**
 * Whether listening on this host lets other computers in. In a container every interface is the only one that works, and
 * whoever publishes the port says who reaches it.
 */
export function reachesBeyondThisComputer(host: string, exists: (file: string) => boolean = existsSync): boolean {
  return !isLoopback(host) && !CONTAINER_MARKS.some(exists);
}
