import { parseDn } from '../schema/dn.ts';
import type { Schema } from '../schema/schema.ts';
import { type Entry, storedAttribute } from './entry.ts';

/** The entry that tells the schema (RFC 4512 §4.2). */
export function createSubschemaEntry(schema: Schema, since: string): Entry {
  const dn = parseDn('cn=Subschema', schema);
  if (dn === undefined) throw new TypeError('cn=Subschema is a DN');
  const entry: Entry = { dn, uuid: '', parent: undefined, children: new Set(), attributes: new Map() };
  const content: Readonly<Record<string, readonly string[]>> = {
    objectClass: ['top', 'subentry', 'subschema', 'extensibleObject'],
    cn: ['Subschema'],
    structuralObjectClass: ['subentry'],
    createTimestamp: [since],
    modifyTimestamp: [since],
    ldapSyntaxes: schema.published.ldapSyntaxes,
    matchingRules: schema.published.matchingRules,
    attributeTypes: schema.published.attributeTypes,
    objectClasses: schema.published.objectClasses,
  };
  for (const [name, values] of Object.entries(content)) {
    const type = schema.attributeType(name);
    if (type === undefined) continue;
    const bytes = values.map((value) => Buffer.from(value));
    entry.attributes.set(name.toLowerCase(), storedAttribute(name, type, bytes, schema));
  }
  return entry;
}
