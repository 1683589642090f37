import type { Backend } from '../backend.ts';
import type { Schema } from '../schema/schema.ts';

/** A certificate and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface LdapServerOptions {
  readonly backend: Backend;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** LDAP (with StartTLS where there is a `tls`). 0 takes a free port; left out, there is no such listener. */
  readonly port?: number;
  /** LDAPS. 0 takes a free port; left out, there is no such listener. Needs `tls`. */
  readonly ldapsPort?: number;
  readonly tls?: TlsIdentity;
  /**
   * Refuses everything but StartTLS and unbind on a connection without TLS with confidentialityRequired (13), and hangs
   * up. Default false.
   */
  readonly requireTls?: boolean;
  /** What names and classes mean in attribute lists and in the root DSE's filters. Default: the standard schema. */
  readonly schema?: Schema;
  readonly connectionLimits?: Partial<ConnectionLimits>;
  /** Failures that are nobody's refusal: a bug of the backend, a listener that broke. Default: silence. */
  readonly onError?: (error: unknown) => void;
}

export interface ConnectionLimits {
  /** Above it new connections are closed at once. Default 10,000. */
  readonly connections: number;
  /** Milliseconds without any traffic and without work, after which a connection is closed. 0: never. Default 0. */
  readonly idleMs: number;
  /** Milliseconds a client may leave an answer unread. Default 60,000. */
  readonly writeMs: number;
  /** Milliseconds for a TLS handshake. Default 30,000. */
  readonly handshakeMs: number;
  /** Bytes of one message before a successful bind. Default 262,143, as slapd. */
  readonly messageBytes: number;
  /** Bytes of one message after a successful bind. Default 4,194,303, as slapd. */
  readonly messageBytesBound: number;
  /** Operations of one connection at work or waiting; above it nothing more is read until one is done. Default 100. */
  readonly pendingOperations: number;
  /** Paged searches of one connection that wait for their next page; above it the oldest is forgotten. Default 16. */
  readonly openPages: number;
}

export const defaultConnectionLimits: ConnectionLimits = {
  connections: 10_000,
  idleMs: 0,
  writeMs: 60_000,
  handshakeMs: 30_000,
  messageBytes: 262_143,
  messageBytesBound: 4_194_303,
  pendingOperations: 100,
  openPages: 16,
};
