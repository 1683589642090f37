import { LdapError } from '../backend.ts';
import { verifyPassword } from '../password/verify-password.ts';
import type { Change } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';
import type { Dn } from '../schema/dn.ts';
import type { Directory } from './directory.ts';
import { type Entry, type StoredAttribute, storedAttribute, valueKey } from './entry.ts';
import { ContentError, checkEntry, readAttribute } from './entry-content.ts';
import { formatTime, policyOf } from './password-policy.ts';

/** Applies changes to an entry, all or none (RFC 4511 §4.6). Throws LdapError. */
export async function modifyEntry(
  directory: Directory,
  entry: Entry,
  changes: readonly Change[],
  modifier: Dn,
): Promise<void> {
  const attributes = new Map(entry.attributes);
  for (const change of changes)
    await applyChange(directory, attributes, change, modifier.key === directory.adminDn.key);
  const changed: Entry = { ...entry, attributes };
  try {
    checkEntry(changed, directory.schema);
  } catch (error) {
    if (error instanceof ContentError && error.code === resultCode.namingViolation) {
      throw new LdapError(resultCode.notAllowedOnRdn, error.message, { cause: error });
    }
    throw error;
  }
  directory.tree.change(entry, () => {
    entry.attributes.clear();
    for (const [key, attribute] of attributes) entry.attributes.set(key, attribute);
    directory.stampChange(entry, modifier);
    if (changes.some(({ attribute }) => /^userPassword$/i.test(attribute.name))) notePasswordChange(directory, entry);
  });
}

function notePasswordChange(directory: Directory, entry: Entry): void {
  for (const name of ['pwdReset', 'pwdFailureTime', 'pwdGraceUseTime', 'pwdAccountLockedTime']) {
    directory.setOperational(entry, name, []);
  }
  const ages = policyOf(entry, directory.tree, directory.schema).maxAge > 0;
  if (ages) directory.setOperational(entry, 'pwdChangedTime', [formatTime(directory.now())]);
}

async function applyChange(
  directory: Directory,
  attributes: Map<string, StoredAttribute>,
  change: Change,
  isAdmin: boolean,
): Promise<void> {
  const { schema } = directory;
  const { name, values } = change.attribute;
  const type = schema.attributeType(name.split(';')[0] ?? '');
  if (type === undefined)
    throw new ContentError(resultCode.undefinedAttributeType, `${name}: attribute type undefined`);
  if (!type.userModifiable && !isAdmin) {
    throw new LdapError(resultCode.constraintViolation, `${name}: no user modification allowed`);
  }
  const key = name.toLowerCase().replace(/^[^;]*/, type.name.toLowerCase());
  const known = attributes.get(key);
  const put = (next: readonly Buffer[]): void => {
    if (next.length === 0) attributes.delete(key);
    else attributes.set(key, directory.protect(readAttribute({ name, values: next }, schema)));
  };
  switch (change.operation) {
    case 'add': {
      if (values.length === 0) throw new LdapError(resultCode.protocolError, 'modify/add operation requires values');
      const added = readAttribute({ name, values }, schema);
      for (const [index, existing] of [...added.keys].entries()) {
        if (known?.keys.has(existing) === true) {
          throw new LdapError(resultCode.attributeOrValueExists, `modify/add: ${name}: value #${index} already exists`);
        }
      }
      put([...(known?.values ?? []), ...values]);
      return;
    }
    case 'replace':
      put(values);
      return;
    case 'delete': {
      if (known === undefined)
        throw new LdapError(resultCode.noSuchAttribute, `modify/delete: ${name}: no such attribute`);
      const left = values.length === 0 ? [] : await without(known, values, directory);
      if (left.length === 0) attributes.delete(key);
      else attributes.set(key, storedAttribute(known.description, type, left, schema));
      return;
    }
    case 'increment': {
      const by = values[0]?.toString('latin1') ?? '';
      if (known === undefined)
        throw new LdapError(resultCode.noSuchAttribute, `modify/increment: ${name}: no such attribute`);
      if (!/^-?\d+$/.test(by) || values.length !== 1 || type.equality !== 'integerMatch') {
        throw new LdapError(resultCode.constraintViolation, `modify/increment: ${name}: not an integer`);
      }
      put(known.values.map((value) => Buffer.from(String(BigInt(value.toString('latin1')) + BigInt(by)))));
      return;
    }
    default:
      change.operation satisfies never;
  }
}

/** The values but for those named. A password is named in clear, and is kept as a hash. */
async function without(
  attribute: StoredAttribute,
  values: readonly Buffer[],
  directory: Directory,
): Promise<readonly Buffer[]> {
  let left = [...attribute.values];
  for (const [index, value] of values.entries()) {
    const key = valueKey(attribute.type, value, directory.schema);
    const keep: Buffer[] = [];
    for (const candidate of left) {
      const isSame = valueKey(attribute.type, candidate, directory.schema) === key;
      const isPassword = attribute.type.name === 'userPassword' && (await verifyPassword(candidate, value));
      if (!isSame && !isPassword) keep.push(candidate);
    }
    if (keep.length === left.length) {
      throw new LdapError(
        resultCode.noSuchAttribute,
        `modify/delete: ${attribute.description}: value #${index} does not exist`,
      );
    }
    left = keep;
  }
  return left;
}
