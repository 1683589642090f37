import ldapjs from 'ldapjs';

export interface OtherEntry {
  readonly dn: string;
  readonly attributes: Readonly<Record<string, readonly (string | Buffer)[]>>;
}

/** What a bind ends with. */
export interface Verdict {
  readonly code: number;
  readonly message?: string;
}

/** One spelling for all spellings of a name; undefined where it is none. */
export function normalDn(text: string): string | undefined {
  try {
    return String(ldapjs.parseDN(text)).toLowerCase();
  } catch {
    return undefined;
  }
}

/** Whether a name, spelled as {@link normalDn} does, is the other one or lies below it. */
export function isBelow(dn: string, base: string): boolean {
  return dn === base || base === '' || dn.endsWith(`,${base}`);
}

export function parentOf(dn: string): string {
  return dn.replace(/^(?:\\.|[^,\\])*,?/, '');
}

/** The values of an attribute, whatever the case of its name. */
export function valuesOf(entry: OtherEntry, attribute: string): readonly (string | Buffer)[] {
  const wanted = attribute.toLowerCase();
  if (wanted === 'distinguishedname') return [entry.dn];
  const key = Object.keys(entry.attributes).find((name) => name.toLowerCase() === wanted);
  return key === undefined ? [] : (entry.attributes[key] ?? []);
}

export function textsOf(entry: OtherEntry, attribute: string): readonly string[] {
  return valuesOf(entry, attribute).filter((value) => typeof value === 'string');
}
