import { type Dn, parentDn } from '../schema/dn.ts';
import type { Entry } from './entry.ts';

/** The attributes that are looked up by value. */
const indexed = new Set(
  'objectclass uid cn sn givenname mail member uniquemember memberuid uidnumber gidnumber entryuuid'.split(' '),
);

/** The entries of a directory by name, and by the values of the attributes people search for. */
export class Tree {
  readonly #byKey = new Map<string, Entry>();
  readonly #byValue = new Map<string, Map<string, Set<Entry>>>();

  get size(): number {
    return this.#byKey.size;
  }

  find(key: string): Entry | undefined {
    return this.#byKey.get(key);
  }

  /** In the order in which they came. */
  all(): Iterable<Entry> {
    return this.#byKey.values();
  }

  /** The entry of that name, or the nearest above it. */
  nearest(dn: Dn): Entry | undefined {
    for (let name: Dn | undefined = dn; name !== undefined; name = parentDn(name)) {
      const entry = this.#byKey.get(name.key);
      if (entry !== undefined) return entry;
    }
    return undefined;
  }

  /** Who has that value in that attribute; undefined where the attribute is not indexed. */
  withValue(attribute: string, key: string): ReadonlySet<Entry> | undefined {
    if (!indexed.has(attribute)) return undefined;
    return this.#byValue.get(attribute)?.get(key) ?? new Set();
  }

  insert(entry: Entry): void {
    this.#byKey.set(entry.dn.key, entry);
    entry.parent?.children.add(entry);
    this.#index(entry, (entries) => entries.add(entry));
  }

  remove(entry: Entry): void {
    this.#byKey.delete(entry.dn.key);
    entry.parent?.children.delete(entry);
    this.#index(entry, (entries) => entries.delete(entry));
  }

  /** Changes an entry's attributes, and keeps the indexes true. Its name stays. */
  change(entry: Entry, change: () => void): void {
    this.#index(entry, (entries) => entries.delete(entry));
    change();
    this.#index(entry, (entries) => entries.add(entry));
  }

  #index(entry: Entry, apply: (entries: Set<Entry>) => void): void {
    for (const attribute of entry.attributes.values()) {
      const name = attribute.type.name.toLowerCase();
      if (!indexed.has(name)) continue;
      const values = this.#byValue.get(name) ?? new Map<string, Set<Entry>>();
      this.#byValue.set(name, values);
      for (const key of attribute.keys) {
        const entries = values.get(key) ?? new Set();
        values.set(key, entries);
        apply(entries);
        if (entries.size === 0) values.delete(key);
      }
    }
  }
}
