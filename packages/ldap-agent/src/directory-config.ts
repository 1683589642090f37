/** How to reach the directory and who asks. */
export interface DirectoryConfig {
  readonly host: string;
  readonly port: number;
  /** `off` sends passwords in clear: for loopback, or where the environment plainly allows it. */
  readonly tls: 'off' | 'starttls' | 'ldaps';
  /** PEM certificates that are trusted instead of Node's own list. */
  readonly ca?: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  /** Where the tree starts: `dc=example,dc=org`. */
  readonly root: string;
}

export function directoryUrl({ host, port, tls }: DirectoryConfig): string {
  return `${tls === 'ldaps' ? 'ldaps' : 'ldap'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
