/** Node's, TLS's or LDAP's own code of whatever was thrown; empty when it has none. */
export function codeOf(error: unknown): string | number {
  const code = property(error, 'code');
  return typeof code === 'string' || typeof code === 'number' ? code : '';
}

export function messageOf(error: unknown): string {
  const message = property(error, 'message');
  return typeof message === 'string' ? message : String(error);
}

// Not by `instanceof Error`: errors of Node's own modules may come from another realm.
function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
