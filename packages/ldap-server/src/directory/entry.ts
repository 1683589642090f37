import type { Dn } from '../schema/dn.ts';
import { normaliseValue } from '../schema/matching-rule.ts';
import type { AttributeType, ObjectClass, Schema } from '../schema/schema.ts';
import { readDescription } from '../server/attribute-selection.ts';

/** One attribute of an entry, with the options of its description. */
export interface StoredAttribute {
  /** As answers write it: the schema's name and the options. */
  readonly description: string;
  readonly type: AttributeType;
  readonly options: readonly string[];
  readonly values: readonly Buffer[];
  /** The values as the equality rule compares them; where there is no rule, as bytes. */
  readonly keys: ReadonlySet<string>;
}

/** A node of the tree. */
export interface Entry {
  dn: Dn;
  readonly uuid: string;
  parent: Entry | undefined;
  readonly children: Set<Entry>;
  /** By description in lower case. */
  readonly attributes: Map<string, StoredAttribute>;
}

export function storedAttribute(
  description: string,
  type: AttributeType,
  values: readonly Buffer[],
  schema: Schema,
): StoredAttribute {
  const { options } = readDescription(description);
  let keys: ReadonlySet<string> | undefined;
  return {
    description: options.length === 0 ? type.name : [type.name, ...options].join(';'),
    type,
    options,
    values,
    // Only when asked for: of most attributes nobody does.
    get keys() {
      keys ??= new Set(values.map((value) => valueKey(type, value, schema)));
      return keys;
    },
  };
}

/** Equal for equal values of the attribute. */
export const valueKey = (type: AttributeType, value: Buffer, schema: Schema): string =>
  (type.equality === undefined ? undefined : normaliseValue(type.equality, value, schema)) ?? value.toString('latin1');

/** The first value of an attribute, as text. */
export const firstValue = (entry: Entry, name: string): string | undefined =>
  entry.attributes.get(name.toLowerCase())?.values[0]?.toString('utf8');

/** Every class the entry is of, with all they descend from. */
export function classesOf(entry: Entry, schema: Schema): ReadonlySet<ObjectClass> {
  const all = new Set<ObjectClass>();
  for (const name of entry.attributes.get('objectclass')?.values ?? []) {
    const known = schema.objectClass(name.toString('utf8'));
    if (known !== undefined) for (const objectClass of schema.lineage(known)) all.add(objectClass);
  }
  return all;
}
