import { randomUUID } from 'node:crypto';
import { LdapError } from '../backend.ts';
import { hashPassword } from '../password/hash-password.ts';
import { hasScheme } from '../password/verify-password.ts';
import type { AttributeInput } from '../protocol/request.ts';
import { resultCode } from '../protocol/result-code.ts';
import { type Dn, parentDn, parseDn } from '../schema/dn.ts';
import type { Schema } from '../schema/schema.ts';
import { standardSchema } from '../schema/standard-schema.ts';
import { classesOf, type Entry, firstValue, type StoredAttribute, storedAttribute } from './entry.ts';
import { ContentError, checkEntry, readAttribute, requireDn, structuralClass } from './entry-content.ts';
import type { LdifRecord } from './ldif.ts';
import { LdifError } from './ldif-error.ts';
import { nameUuid } from './name-uuid.ts';
import { formatPreciseTime, formatTime, policyOf } from './password-policy.ts';
import { Tree } from './tree.ts';

export interface DirectoryOptions {
  /** The suffix. Left out, it is the DN of the first entry. */
  readonly baseDn?: string;
  /** The administrator: may do everything, and needs no entry. */
  readonly adminDn: string;
  readonly adminPassword: string;
  /** Default: the standard schema. */
  readonly schema?: Schema;
  /** Default: the time of day. */
  readonly now?: () => Date;
}

/** A tree of entries that keeps the rules of its schema. In memory: it is gone with the process. */
export class Directory {
  readonly schema: Schema;
  readonly tree = new Tree();
  readonly adminDn: Dn;
  readonly adminPassword: Buffer;
  readonly now: () => Date;
  /** GeneralizedTime. */
  readonly startTime: string;
  #base: Dn | undefined;

  constructor(options: DirectoryOptions) {
    this.schema = options.schema ?? standardSchema();
    this.now = options.now ?? (() => new Date());
    this.startTime = formatTime(this.now());
    this.adminDn = this.#optionDn('adminDn', options.adminDn);
    this.adminPassword = Buffer.from(options.adminPassword);
    this.#base = options.baseDn === undefined ? undefined : this.#optionDn('baseDn', options.baseDn);
  }

  /** The suffix; undefined while there is none yet. */
  get base(): Dn | undefined {
    return this.#base;
  }

  get size(): number {
    return this.tree.size;
  }

  /**
   * Adds what an LDIF holds, in its order.
   * @throws {LdifError} with file, line and reason, at the first record that cannot be added
   */
  load(records: readonly LdifRecord[]): void {
    for (const record of records) {
      try {
        // who imports from here knows an entry by its UUID, and finds it again after a restart
        this.add(record.dn, record.attributes, this.adminDn, (dn) => nameUuid(dn.key));
      } catch (error) {
        if (!(error instanceof LdapError)) throw error;
        const attribute = error instanceof ContentError ? error.attribute?.toLowerCase() : undefined;
        const line = record.attributes.find(({ name }) => name.toLowerCase() === attribute)?.line ?? record.line;
        throw new LdifError(record.file, line, reasonOf(error, record), error);
      }
    }
  }

  /** Adds an entry. Throws LdapError. */
  add(
    name: string,
    attributes: readonly AttributeInput[],
    creator: Dn,
    uuidFor: (dn: Dn) => string = () => randomUUID(),
  ): Entry {
    const dn = requireDn(name, this.schema);
    this.#base ??= dn;
    if (this.tree.find(dn.key) !== undefined) throw new LdapError(resultCode.entryAlreadyExists);
    const parent = this.#parentFor(dn);
    const entry: Entry = { dn, uuid: uuidFor(dn), parent, children: new Set(), attributes: new Map() };
    for (const input of attributes) {
      const attribute = readAttribute(input, this.schema);
      const key = attribute.description.toLowerCase();
      if (entry.attributes.has(key)) {
        throw new ContentError(
          resultCode.attributeOrValueExists,
          `${input.name}: attribute provided more than once`,
          input.name,
        );
      }
      entry.attributes.set(key, this.#protected(attribute));
    }
    checkEntry(entry, this.schema);
    this.#stamp(entry, creator);
    this.tree.insert(entry);
    return entry;
  }

  /** Sets an operational attribute, or takes it away where there are no values. */
  setOperational(entry: Entry, name: string, values: readonly string[]): void {
    const type = this.schema.attributeType(name);
    if (type === undefined) throw new TypeError(`the schema has no ${name}`);
    const key = name.toLowerCase();
    if (values.length === 0) entry.attributes.delete(key);
    else
      entry.attributes.set(
        key,
        storedAttribute(
          name,
          type,
          values.map((value) => Buffer.from(value)),
          this.schema,
        ),
      );
  }

  /** Notes who changed an entry, and when. */
  stampChange(entry: Entry, modifier: Dn): void {
    const now = this.now();
    this.setOperational(entry, 'entryCSN', [`${formatPreciseTime(now)}#000000#000#000000`]);
    this.setOperational(entry, 'modifiersName', [modifier.text]);
    this.setOperational(entry, 'modifyTimestamp', [formatTime(now)]);
  }

  #stamp(entry: Entry, creator: Dn): void {
    const now = this.now();
    const structural = structuralClass(classesOf(entry, this.schema), this.schema);
    this.setOperational(entry, 'structuralObjectClass', [structural?.name ?? 'top']);
    this.setOperational(entry, 'entryUUID', [firstValue(entry, 'entryUUID') ?? entry.uuid]);
    this.setOperational(entry, 'creatorsName', [creator.text]);
    this.setOperational(entry, 'createTimestamp', [firstValue(entry, 'createTimestamp') ?? formatTime(now)]);
    this.stampChange(entry, creator);
    const ages = policyOf(entry, this.tree, this.schema).maxAge > 0 && entry.attributes.has('userpassword');
    if (ages && !entry.attributes.has('pwdchangedtime'))
      this.setOperational(entry, 'pwdChangedTime', [formatTime(now)]);
  }

  #parentFor(dn: Dn): Entry | undefined {
    if (dn.key === this.#base?.key) return undefined;
    const above = parentDn(dn);
    const parent = above === undefined ? undefined : this.tree.find(above.key);
    if (parent === undefined) {
      throw new LdapError(resultCode.noSuchObject, 'the parent entry does not exist', {
        matchedDn: this.tree.nearest(dn)?.dn.text ?? '',
      });
    }
    return parent;
  }

  /** A password that was set in clear is kept as a hash. */
  #protected(attribute: StoredAttribute): StoredAttribute {
    if (attribute.type.name !== 'userPassword') return attribute;
    const values = attribute.values.map((value) => (hasScheme(value) ? value : hashPassword(value)));
    return storedAttribute(attribute.description, attribute.type, values, this.schema);
  }

  /** The same for a change of an entry. */
  protect = (attribute: StoredAttribute): StoredAttribute => this.#protected(attribute);

  #optionDn(option: string, text: string): Dn {
    const dn = parseDn(text, this.schema);
    if (dn === undefined || dn.rdns.length === 0) throw new TypeError(`${option} is no DN: ${JSON.stringify(text)}`);
    return dn;
  }
}

function reasonOf(error: LdapError, record: LdifRecord): string {
  const { entryAlreadyExists, invalidDnSyntax, noSuchObject } = resultCode;
  switch (error.code) {
    case entryAlreadyExists:
      return `${record.dn}: this entry is there already`;
    case invalidDnSyntax:
      return `not a DN: ${JSON.stringify(record.dn)}`;
    case noSuchObject:
      return `${record.dn}: its parent entry does not exist: add it before`;
    default:
      return `${record.dn}: ${error.message}`;
  }
}
