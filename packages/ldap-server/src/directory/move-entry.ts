import { LdapError } from '../backend.ts';
import { resultCode } from '../protocol/result-code.ts';
import { type Ava, childDn, parentDn } from '../schema/dn.ts';
import type { Directory } from './directory.ts';
import { type Entry, storedAttribute, valueKey } from './entry.ts';
import { checkEntry, readAttribute, requireDn } from './entry-content.ts';

/** Renames an entry, and moves it with all below it (RFC 4511 §4.9). Throws LdapError. */
export function moveEntry(
  directory: Directory,
  entry: Entry,
  request: { readonly newRdn: string; readonly deleteOldRdn: boolean; readonly newSuperior?: string },
): void {
  const { schema, tree } = directory;
  const [rdn, ...more] = requireDn(request.newRdn, schema).rdns;
  if (rdn === undefined || more.length > 0) throw new LdapError(resultCode.invalidDnSyntax, 'invalid new RDN');
  if (entry.parent === undefined) throw new LdapError(resultCode.unwillingToPerform, 'the suffix cannot be renamed');
  const above = request.newSuperior === undefined ? parentDn(entry.dn) : requireDn(request.newSuperior, schema);
  const parent = above === undefined ? undefined : tree.find(above.key);
  if (parent === undefined) throw new LdapError(resultCode.noSuchObject, 'new superior object does not exist');
  for (let one: Entry | undefined = parent; one !== undefined; one = one.parent) {
    if (one === entry)
      throw new LdapError(resultCode.unwillingToPerform, 'new superior is the entry itself or below it');
  }
  const dn = childDn(rdn, parent.dn, schema);
  if (dn.key !== entry.dn.key && tree.find(dn.key) !== undefined) throw new LdapError(resultCode.entryAlreadyExists);
  const attributes = renamedAttributes(directory, entry, rdn, request.deleteOldRdn);
  checkEntry({ ...entry, dn, attributes }, schema);

  const subtree = withDescendants(entry);
  for (const one of [...subtree].reverse()) tree.remove(one);
  entry.parent = parent;
  entry.attributes.clear();
  for (const [key, attribute] of attributes) entry.attributes.set(key, attribute);
  for (const one of subtree) {
    const [own = []] = one === entry ? [rdn] : one.dn.rdns;
    one.dn = childDn(own, one.parent?.dn ?? parent.dn, schema);
    if (one === entry) directory.stampChange(one, directory.adminDn);
    tree.insert(one);
  }
}

function renamedAttributes(
  directory: Directory,
  entry: Entry,
  rdn: readonly Ava[],
  deleteOld: boolean,
): Entry['attributes'] {
  const { schema } = directory;
  const attributes = new Map(entry.attributes);
  const change = (ava: Ava, keep: (key: string, wanted: string) => boolean, add: boolean): void => {
    const type = schema.attributeType(ava.type);
    if (type === undefined)
      throw new LdapError(resultCode.undefinedAttributeType, `${ava.type}: attribute type undefined`);
    const wanted = valueKey(type, Buffer.from(ava.value), schema);
    const name = type.name.toLowerCase();
    const values = (attributes.get(name)?.values ?? []).filter((value) => keep(valueKey(type, value, schema), wanted));
    const next =
      add && !values.some((value) => valueKey(type, value, schema) === wanted)
        ? [...values, Buffer.from(ava.value)]
        : values;
    if (next.length === 0) attributes.delete(name);
    else if (add) attributes.set(name, readAttribute({ name: type.name, values: next }, schema));
    else attributes.set(name, storedAttribute(type.name, type, next, schema));
  };
  if (deleteOld) for (const ava of entry.dn.rdns[0] ?? []) change(ava, (key, wanted) => key !== wanted, false);
  for (const ava of rdn) change(ava, () => true, true);
  return attributes;
}

function withDescendants(entry: Entry): readonly Entry[] {
  return [entry, ...[...entry.children].flatMap(withDescendants)];
}
