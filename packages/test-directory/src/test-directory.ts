/** Which OpenLDAP stands behind a test: a container, a slapd of this host, or the embedded directory. */
export const directoryKinds = ['testcontainers', 'slapd', 'embedded'] as const;

export type DirectoryKind = (typeof directoryKinds)[number];

export interface DirectoryOptions {
  /** Without it: what {@link chooseDirectory} says. */
  readonly kind?: DirectoryKind;
  /** Loaded in this order, and nothing else. Without it: the tutorial's `ldifs/users.ldif`. */
  readonly ldifFiles?: readonly string[];
  /** Adds `packages/test-directory/ldifs/personas.ldif`, the hostile and special people. */
  readonly personas?: boolean;
}

/** A running directory with the tutorial's base and administrator, on ports of its own. */
export interface TestDirectory {
  readonly kind: DirectoryKind;
  /** `ldap://127.0.0.1:N`, StartTLS offered. */
  readonly url: string;
  /** `ldaps://localhost:N`; the certificate names localhost and 127.0.0.1. */
  readonly ldapsUrl: string;
  /** PEM file of the CA that signed the server's certificate. */
  readonly caFile: string;
  readonly base: 'dc=example,dc=org';
  readonly adminDn: 'cn=admin,dc=example,dc=org';
  readonly adminPassword: 'adminpassword';
  /** Ends the server; its ports are refused, its data stays (of the embedded one: what the LDIFs say). */
  stop(): Promise<void>;
  /** Starts it again on the same ports with the same data and the same CA. */
  start(): Promise<void>;
  /** Freezes it: connections hang, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends the server and deletes its data. May be called twice. */
  remove(): Promise<void>;
}

/** What every kind has in common: the tutorial's directory. */
export const tutorialDirectory = {
  base: 'dc=example,dc=org',
  adminDn: 'cn=admin,dc=example,dc=org',
  adminPassword: 'adminpassword',
} as const;
