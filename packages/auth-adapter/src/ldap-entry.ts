import type LdapAuth from 'ldapauth-fork';

/** The first value of the first of these attributes that has one. Attribute names are compared without case. */
export function firstValue(
  entry: LdapAuth.User | LdapAuth.Entry,
  ...attributes: readonly string[]
): string | undefined {
  for (const attribute of attributes) {
    const key =
      attribute in entry
        ? attribute
        : Object.keys(entry).find((name) => name.toLowerCase() === attribute.toLowerCase());
    const values = key === undefined ? undefined : entry[key];
    const value = Array.isArray(values) ? values[0] : values;
    if (typeof value === 'string' && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** The `cn` of each group, sorted, without duplicates. */
export function groupNames(user: LdapAuth.User): readonly string[] {
  const names = (user._groups ?? []).map((group) => firstValue(group, 'cn'));
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
