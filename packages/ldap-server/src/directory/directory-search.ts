import { LdapError, type SearchEntry, type SearchRequest } from '../backend.ts';
import { resultCode } from '../protocol/result-code.ts';
import { type Dn, isWithin } from '../schema/dn.ts';
import { evaluateFilter, type FilterAttribute, type FilterSubject } from '../schema/filter-match.ts';
import type { AttributeType } from '../schema/schema.ts';
import { candidates } from './candidates.ts';
import type { Directory } from './directory.ts';
import { type Identity, mayRead } from './directory-identity.ts';
import { classesOf, type Entry, type StoredAttribute } from './entry.ts';
import { requireDn } from './entry-content.ts';
import { createSubschemaEntry } from './subschema-entry.ts';
import { isVirtual, virtualAttributes } from './virtual-attributes.ts';

/** After so many entries looked at, others get their turn. */
const breath = 2000;

/** What matches and may be seen. Throws LdapError. */
export async function* searchIn(
  directory: Directory,
  request: SearchRequest,
  identity: Identity,
  signal: AbortSignal,
): AsyncGenerator<SearchEntry> {
  const { schema, tree } = directory;
  const base = requireDn(request.base, schema);
  if (base.key === 'cn=subschema') {
    if (request.scope !== 'base') throw new LdapError(resultCode.noSuchObject);
    const subschema = createSubschemaEntry(schema, directory.startTime);
    const matches = evaluateFilter(request.filter, storedSubject(subschema, identity, directory), schema) === true;
    if (matches) yield toSearchEntry(subschema, identity, directory);
    return;
  }
  const root = tree.find(base.key);
  if (root === undefined) {
    const matchedDn = tree.nearest(base)?.dn.text ?? '';
    throw new LdapError(resultCode.noSuchObject, '', { matchedDn });
  }
  let looked = 0;
  for (const entry of inScope(root, base, request, directory)) {
    if (++looked % breath === 0) {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return;
    }
    if (evaluateFilter(request.filter, storedSubject(entry, identity, directory), schema) !== true) continue;
    yield toSearchEntry(entry, identity, directory);
  }
}

function inScope(root: Entry, base: Dn, request: SearchRequest, directory: Directory): Iterable<Entry> {
  if (request.scope === 'base') return [root];
  const found = candidates(request.filter, directory.tree, directory.schema);
  if (request.scope === 'one')
    return found === undefined ? [...root.children] : filtered(found, (entry) => entry.parent === root);
  const withRoot = request.scope === 'sub';
  return filtered(found ?? directory.tree.all(), (entry) => (entry === root ? withRoot : isWithin(entry.dn, base)));
}

function* filtered(entries: Iterable<Entry>, test: (entry: Entry) => boolean): Generator<Entry> {
  // A copy: the tree may change while a client takes its time.
  for (const entry of [...entries]) if (test(entry)) yield entry;
}

/** All attributes of an entry that somebody may read, computed ones included. */
export function readableAttributes(entry: Entry, identity: Identity, directory: Directory): readonly StoredAttribute[] {
  const all = [...entry.attributes.values(), ...virtualAttributes(entry, directory.tree, directory.schema)];
  return identity.isAdmin ? all : all.filter(({ type }) => mayRead(identity, entry, type));
}

function toSearchEntry(entry: Entry, identity: Identity, directory: Directory): SearchEntry {
  return {
    dn: entry.dn.text,
    attributes: readableAttributes(entry, identity, directory).map(({ description, type, values }) => ({
      name: description,
      values,
      operational: type.operational,
    })),
  };
}

/** An entry as filters see it, for somebody. */
export function storedSubject(entry: Entry, identity: Identity, directory: Directory): FilterSubject {
  const { schema } = directory;
  const everything = (): readonly StoredAttribute[] => readableAttributes(entry, identity, directory);
  return {
    attributes: (type) => {
      if (!mayRead(identity, entry, type)) return 'hidden';
      if (isVirtual(type)) return everything().filter((attribute) => attribute.type === type);
      const found: StoredAttribute[] = [];
      for (const attribute of entry.attributes.values()) {
        if (isOfType(attribute.type, type) && mayRead(identity, entry, attribute.type)) found.push(attribute);
      }
      return found;
    },
    all: everything,
    dnParts: () =>
      entry.dn.rdns.flat().flatMap(({ type: name, value }): FilterAttribute[] => {
        const type = schema.attributeType(name);
        return type === undefined ? [] : [{ type, values: [Buffer.from(value)] }];
      }),
    objectClassKeys: () => new Set([...classesOf(entry, schema)].map(({ name }) => name.toLowerCase())),
  };
}

function isOfType(type: AttributeType, wanted: AttributeType): boolean {
  for (let one: AttributeType | undefined = type; one !== undefined; one = one.superior)
    if (one === wanted) return true;
  return false;
}
