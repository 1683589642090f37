import { LdapError } from '../backend.ts';
import type { AttributeInput } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';
import { type Dn, parseDn } from '../schema/dn.ts';
import { isOfSyntax } from '../schema/matching-rule.ts';
import type { AttributeType, ObjectClass, Schema } from '../schema/schema.ts';
import { readDescription } from '../server/attribute-selection.ts';
import { classesOf, type Entry, type StoredAttribute, storedAttribute, valueKey } from './entry.ts';

/** A refusal that names the attribute at fault, so that LDIF errors can point at its line. */
export class ContentError extends LdapError {
  readonly attribute: string | undefined;

  constructor(code: number, message: string, attribute?: string) {
    super(code, message);
    this.attribute = attribute;
  }
}

/** Checks an attribute against the schema, in OpenLDAP's words. Throws ContentError. */
export function readAttribute(input: AttributeInput, schema: Schema): StoredAttribute {
  const type = schema.attributeType(readDescription(input.name).type);
  const refuse = (code: number, why: string): never => {
    throw new ContentError(code, `${input.name}: ${why}`, input.name);
  };
  if (type === undefined) return refuse(resultCode.undefinedAttributeType, 'attribute type undefined');
  if (input.values.length === 0) refuse(resultCode.protocolError, 'no values');
  if (type.singleValue && input.values.length > 1) {
    refuse(resultCode.constraintViolation, 'multiple values provided for a single-valued attribute');
  }
  const seen = new Set<string>();
  const values = input.values.map((value, index) => {
    const isKnown = type.name !== 'objectClass' || schema.objectClass(value.toString('utf8')) !== undefined;
    if (!isKnown || !isOfSyntax(type, value, schema)) {
      refuse(resultCode.invalidAttributeSyntax, `value #${index} invalid per syntax`);
    }
    const key = valueKey(type, value, schema);
    if (seen.has(key)) refuse(resultCode.attributeOrValueExists, `value #${index} provided more than once`);
    seen.add(key);
    return prettyValue(type, value, schema);
  });
  return storedAttribute(input.name, type, values, schema);
}

/** DNs are kept as the server writes them. */
function prettyValue(type: AttributeType, value: Buffer, schema: Schema): Buffer {
  if (type.equality !== 'distinguishedNameMatch') return value;
  return Buffer.from(parseDn(value.toString('utf8'), schema)?.text ?? value);
}

/** Checks an entry as a whole: its classes, what they demand and allow, its RDN. Throws ContentError. */
export function checkEntry(entry: Entry, schema: Schema): void {
  const violation = (message: string, attribute?: string): never => {
    throw new ContentError(resultCode.objectClassViolation, message, attribute);
  };
  if (!entry.attributes.has('objectclass')) violation('no objectClass attribute');
  const classes = classesOf(entry, schema);
  const structural =
    structuralClass(classes, schema) ?? violation('no structural object class provided', 'objectClass');
  const chain = schema.lineage(structural);
  for (const objectClass of classes) {
    if (objectClass.kind === 'structural' && !chain.has(objectClass)) {
      violation(`invalid structural object class chain (${structural.name}/${objectClass.name})`, 'objectClass');
    }
  }
  const present = new Set([...entry.attributes.values()].map(({ type }) => type));
  for (const objectClass of classes) {
    for (const type of objectClass.must) {
      if (!present.has(type)) violation(`object class '${objectClass.name}' requires attribute '${type.name}'`);
    }
  }
  const isFree = [...classes].some(({ name }) => name === 'extensibleObject');
  const allowed = new Set([...classes].flatMap(({ must, may }) => [...must, ...may]));
  for (const type of present) {
    if (!isFree && !type.operational && type.name !== 'objectClass' && !allowed.has(type)) {
      violation(`attribute '${type.name}' not allowed`, type.name);
    }
  }
  checkRdn(entry, schema);
}

/** The most derived structural class. */
export function structuralClass(classes: ReadonlySet<ObjectClass>, schema: Schema): ObjectClass | undefined {
  let deepest: ObjectClass | undefined;
  for (const objectClass of classes) {
    if (objectClass.kind !== 'structural') continue;
    if (deepest === undefined || schema.lineage(objectClass).has(deepest)) deepest = objectClass;
  }
  return deepest;
}

function checkRdn(entry: Entry, schema: Schema): void {
  for (const { type: name, value } of entry.dn.rdns[0] ?? []) {
    const type = schema.attributeType(name);
    if (type === undefined)
      throw new ContentError(resultCode.namingViolation, `naming attribute '${name}' is undefined`);
    const attribute = entry.attributes.get(type.name.toLowerCase());
    if (attribute === undefined) {
      throw new ContentError(resultCode.namingViolation, `naming attribute '${type.name}' is not present in entry`);
    }
    if (!attribute.keys.has(valueKey(type, Buffer.from(value), schema))) {
      throw new ContentError(
        resultCode.namingViolation,
        `value of naming attribute '${type.name}' is not present in entry`,
        type.name,
      );
    }
  }
}

/** Reads a DN of a request. Throws LdapError. */
export function requireDn(text: string, schema: Schema): Dn {
  const dn = parseDn(text, schema);
  if (dn === undefined) throw new LdapError(resultCode.invalidDnSyntax, 'invalid DN');
  return dn;
}
