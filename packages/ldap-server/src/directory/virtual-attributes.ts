import type { AttributeType, Schema } from '../schema/schema.ts';
import { type Entry, type StoredAttribute, storedAttribute } from './entry.ts';
import type { Tree } from './tree.ts';

/** The attributes of an entry that follow from where it is and who names it. */
export function virtualAttributes(entry: Entry, tree: Tree, schema: Schema): readonly StoredAttribute[] {
  const make = (name: string, values: readonly string[]): readonly StoredAttribute[] => {
    const type = schema.attributeType(name);
    if (type === undefined || values.length === 0) return [];
    return [
      storedAttribute(
        name,
        type,
        values.map((value) => Buffer.from(value)),
        schema,
      ),
    ];
  };
  return [
    ...make('memberOf', groupsOf(entry, tree)),
    ...make('entryDN', [entry.dn.text]),
    ...make('subschemaSubentry', ['cn=Subschema']),
    ...make('hasSubordinates', [entry.children.size > 0 ? 'TRUE' : 'FALSE']),
  ];
}

const names = new Set(['memberOf', 'entryDN', 'subschemaSubentry', 'hasSubordinates']);

export const isVirtual = (type: AttributeType): boolean => names.has(type.name);

/** Which attribute names the members of a group, by its class: what slapd's memberof overlay is set up with. */
const memberAttributes = [
  ['groupofnames', 'member'],
  ['groupofuniquenames', 'uniquemember'],
] as const;

function groupsOf(entry: Entry, tree: Tree): readonly string[] {
  const groups = new Set<string>();
  for (const [groupClass, attribute] of memberAttributes) {
    for (const group of tree.withValue(attribute, entry.dn.key) ?? []) {
      if (group.attributes.get('objectclass')?.keys.has(groupClass) === true) groups.add(group.dn.text);
    }
  }
  return [...groups];
}
