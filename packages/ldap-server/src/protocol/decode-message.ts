import { BerReader, tags } from './ber.ts';
import type { RequestControl } from './control.ts';
import { DecodingError } from './decoding-error.ts';
import { decodeFilter } from './filter.ts';
import type { AttributeInput, Authentication, Change, LdapMessage, Operation, Scope } from './request.ts';

/** The tags of requests (RFC 4511 §4). */
export const requestTag = {
  bind: 0x60,
  unbind: 0x42,
  search: 0x63,
  modify: 0x66,
  add: 0x68,
  delete: 0x4a,
  modifyDn: 0x6c,
  compare: 0x6e,
  abandon: 0x50,
  extended: 0x77,
} as const;

/** Decodes one whole LDAPMessage. Throws DecodingError. */
export function decodeMessage(frame: Buffer): LdapMessage {
  const reader = new BerReader(frame).sequence();
  const id = reader.integer();
  if (id < 0) throw new DecodingError('a negative message id');
  const { tag, content } = reader.element();
  const operation = decodeOperation(tag, content);
  const controls = reader.peek() === 0xa0 ? decodeControls(reader.sequence(0xa0)) : [];
  return { id, operation, controls };
}

function decodeOperation(tag: number, content: Buffer): Operation {
  const reader = new BerReader(content);
  switch (tag) {
    case requestTag.bind:
      return {
        kind: 'bind',
        version: reader.integer(),
        dn: reader.string(),
        authentication: decodeAuthentication(reader),
      };
    case requestTag.unbind:
      return { kind: 'unbind' };
    case requestTag.search:
      return decodeSearch(reader);
    case requestTag.modify:
      return { kind: 'modify', dn: reader.string(), changes: decodeChanges(reader.sequence()) };
    case requestTag.add:
      return { kind: 'add', dn: reader.string(), attributes: decodeAttributes(reader.sequence()) };
    case requestTag.delete:
      return { kind: 'delete', dn: content.toString('utf8') };
    case requestTag.modifyDn:
      return decodeModifyDn(reader);
    case requestTag.compare: {
      const dn = reader.string();
      const assertion = reader.sequence();
      return { kind: 'compare', dn, attribute: assertion.string(), value: assertion.bytes() };
    }
    case requestTag.abandon:
      if (content.length === 0 || content.length > 5) throw new DecodingError('an abandon of no message');
      return { kind: 'abandon', messageId: content.readIntBE(0, content.length) };
    case requestTag.extended: {
      const oid = reader.string(0x80);
      return reader.done ? { kind: 'extended', oid } : { kind: 'extended', oid, value: reader.bytes(0x81) };
    }
    default:
      throw new DecodingError(`an unknown operation 0x${tag.toString(16)}`);
  }
}

function decodeAuthentication(reader: BerReader): Authentication {
  if (reader.peek() === 0x80) return { kind: 'simple', password: reader.bytes(0x80) };
  if (reader.peek() === 0xa3) return { kind: 'sasl', mechanism: reader.sequence(0xa3).string() };
  // Some other choice, which must be there all the same.
  reader.element();
  return { kind: 'unknown' };
}

const scopes: readonly Scope[] = ['base', 'one', 'sub', 'children'];

function decodeSearch(reader: BerReader): Operation {
  const base = reader.string();
  const scope = scopes[reader.enumerated()];
  if (scope === undefined) throw new DecodingError('an unknown scope');
  const aliases = reader.enumerated();
  if (aliases < 0 || aliases > 3) throw new DecodingError('an unknown way to follow aliases');
  const sizeLimit = reader.integer();
  const timeLimit = reader.integer();
  if (sizeLimit < 0 || timeLimit < 0) throw new DecodingError('a negative limit');
  const typesOnly = reader.boolean();
  const filter = decodeFilter(reader);
  const attributes = strings(reader.sequence());
  return { kind: 'search', base, scope, sizeLimit, timeLimit, typesOnly, filter, attributes };
}

const changeOperations = ['add', 'delete', 'replace', 'increment'] as const;

function decodeChanges(reader: BerReader): readonly Change[] {
  const changes: Change[] = [];
  while (!reader.done) {
    const item = reader.sequence();
    const operation = changeOperations[item.enumerated()];
    if (operation === undefined) throw new DecodingError('an unknown kind of change');
    changes.push({ operation, attribute: decodeAttribute(item.sequence()) });
  }
  return changes;
}

function decodeAttributes(reader: BerReader): readonly AttributeInput[] {
  const attributes: AttributeInput[] = [];
  while (!reader.done) attributes.push(decodeAttribute(reader.sequence()));
  return attributes;
}

function decodeAttribute(reader: BerReader): AttributeInput {
  const name = reader.string();
  const set = reader.sequence(tags.set);
  const values: Buffer[] = [];
  while (!set.done) values.push(set.bytes());
  return { name, values };
}

function decodeModifyDn(reader: BerReader): Operation {
  const dn = reader.string();
  const newRdn = reader.string();
  const deleteOldRdn = reader.boolean();
  if (reader.done) return { kind: 'modifyDn', dn, newRdn, deleteOldRdn };
  return { kind: 'modifyDn', dn, newRdn, deleteOldRdn, newSuperior: reader.string(0x80) };
}

function decodeControls(reader: BerReader): readonly RequestControl[] {
  const controls: RequestControl[] = [];
  while (!reader.done) {
    const item = reader.sequence();
    const oid = item.string();
    const critical = item.peek() === tags.boolean ? item.boolean() : false;
    controls.push(item.done ? { oid, critical } : { oid, critical, value: item.bytes() });
  }
  return controls;
}

function strings(reader: BerReader): readonly string[] {
  const all: string[] = [];
  while (!reader.done) all.push(reader.string());
  return all;
}
