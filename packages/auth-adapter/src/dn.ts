const RDN = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)=.+$/i;

/**
 * Writes a distinguished name without the spaces that RFC 2253 still allowed around `,` and `=`, so that
 * `dc=dev-1, dc=okta, dc=com` as Okta's tutorial has it and `dc=dev-1,dc=okta,dc=com` are one value.
 *
 * @returns undefined when the text is no distinguished name
 */
export function normalizeDn(text: string): string | undefined {
  const parts = text.split(/(?<!\\),/).map((part) => part.trim().replace(/^([^=\s]+)\s*=\s*/, '$1='));
  return parts.every((part) => RDN.test(part)) ? parts.join(',') : undefined;
}

/** Whether `dn` is `base` or lies below it. Both normalized; letters compare without case, as directories do. */
export function isWithin(dn: string, base: string): boolean {
  const [child, parent] = [dn.toLowerCase(), base.toLowerCase()];
  return child === parent || child.endsWith(`,${parent}`);
}

/** Escapes a value for use within a distinguished name (RFC 4514 section 2.4). */
export function escapeDnValue(value: string): string {
  return value
    .replace(/["+,;<>\\=]/g, '\\$&')
    .replace(/^[ #]| $/g, '\\$&')
    .replaceAll('\0', '\\00');
}
