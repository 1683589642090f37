import { type Definition, readDefinitions } from './definition.ts';

export interface AttributeType {
  readonly oid: string;
  /** The name entries are told with. */
  readonly name: string;
  readonly names: readonly string[];
  readonly superior: AttributeType | undefined;
  /** Matching rules and syntax, inherited where not its own. Rules by name, syntax by OID. */
  readonly equality: string | undefined;
  readonly ordering: string | undefined;
  readonly substrings: string | undefined;
  readonly syntax: string;
  readonly singleValue: boolean;
  readonly operational: boolean;
  readonly userModifiable: boolean;
}

export interface ObjectClass {
  readonly oid: string;
  readonly name: string;
  readonly kind: 'abstract' | 'structural' | 'auxiliary';
  readonly superiors: readonly ObjectClass[];
  readonly must: readonly AttributeType[];
  readonly may: readonly AttributeType[];
}

/** A directory's schema. Names are taken in any case, OIDs as well. */
export interface Schema {
  attributeType(name: string): AttributeType | undefined;
  objectClass(name: string): ObjectClass | undefined;
  /** The class and all it descends from. */
  lineage(objectClass: ObjectClass): ReadonlySet<ObjectClass>;
  isOrSubtypeOf(name: string, requested: string): boolean;
  attributesOf(objectClass: string): ReadonlySet<string> | undefined;
  /** A matching rule, and the syntax (OID) of what it asserts. */
  matchingRule(nameOrOid: string): { readonly name: string; readonly syntax: string } | undefined;
  /** The definitions, for the subschema entry. */
  readonly published: {
    readonly attributeTypes: readonly string[];
    readonly objectClasses: readonly string[];
    readonly matchingRules: readonly string[];
    readonly ldapSyntaxes: readonly string[];
  };
}

/** Makes a schema of definitions as RFC 4512 §4.1 writes them, one a line, without the outer parentheses. */
export function createSchema(source: {
  readonly attributeTypes: string;
  readonly objectClasses: string;
  readonly matchingRules: string;
  readonly ldapSyntaxes: string;
}): Schema {
  const types = index<AttributeType>(readDefinitions(source.attributeTypes), readAttributeType);
  const attributeType = (name: string): AttributeType | undefined => types.find(name);
  const classes = index<ObjectClass>(readDefinitions(source.objectClasses), (definition, superior) =>
    readObjectClass(definition, superior, attributeType),
  );
  const rules = index<{ readonly name: string; readonly syntax: string }>(
    readDefinitions(source.matchingRules),
    ({ names, oid, values }) => ({
      name: names[0] ?? oid,
      syntax: values.get('SYNTAX')?.[0] ?? '',
    }),
  );
  const lineages = new Map<ObjectClass, ReadonlySet<ObjectClass>>();
  const lineage = (objectClass: ObjectClass): ReadonlySet<ObjectClass> => {
    let known = lineages.get(objectClass);
    if (known === undefined) {
      known = new Set([objectClass, ...objectClass.superiors.flatMap((superior) => [...lineage(superior)])]);
      lineages.set(objectClass, known);
    }
    return known;
  };
  return {
    attributeType,
    objectClass: (name) => classes.find(name),
    lineage,
    isOrSubtypeOf: (name, requested) => {
      if (name.toLowerCase() === requested.toLowerCase()) return true;
      const wanted = attributeType(requested);
      if (wanted === undefined) return false;
      for (let type = attributeType(name); type !== undefined; type = type.superior) if (type === wanted) return true;
      return false;
    },
    attributesOf: (name) => {
      const objectClass = classes.find(name);
      if (objectClass === undefined) return undefined;
      const allowed = [...lineage(objectClass)].flatMap(({ must, may }) => [...must, ...may]);
      return new Set(allowed.flatMap((type) => type.names.map((known) => known.toLowerCase())));
    },
    matchingRule: (name) => rules.find(name),
    published: {
      attributeTypes: types.texts,
      objectClasses: classes.texts,
      matchingRules: rules.texts,
      ldapSyntaxes: readDefinitions(source.ldapSyntaxes).map(({ text }) => text),
    },
  };
}

/** Definitions by name and OID; each is read when first looked up, after what it builds on. */
function index<T>(
  definitions: readonly Definition[],
  read: (definition: Definition, find: (name: string) => T | undefined) => T,
): { readonly find: (name: string) => T | undefined; readonly texts: readonly string[] } {
  const byName = new Map<string, Definition>();
  for (const definition of definitions) {
    for (const name of [definition.oid, ...definition.names]) byName.set(name.toLowerCase(), definition);
  }
  const done = new Map<Definition, T>();
  const find = (name: string): T | undefined => {
    const definition = byName.get(name) ?? byName.get(name.toLowerCase());
    if (definition === undefined) return undefined;
    let value = done.get(definition);
    if (value === undefined) {
      value = read(definition, find);
      done.set(definition, value);
    }
    return value;
  };
  return { find, texts: definitions.map(({ text }) => text) };
}

function readAttributeType(definition: Definition, find: (name: string) => AttributeType | undefined): AttributeType {
  const one = (keyword: string): string | undefined => definition.values.get(keyword)?.[0];
  const superiorName = one('SUP');
  const superior = superiorName === undefined ? undefined : find(superiorName);
  const usage = one('USAGE') ?? 'userApplications';
  return {
    oid: definition.oid,
    name: definition.names[0] ?? definition.oid,
    names: definition.names,
    superior,
    equality: one('EQUALITY') ?? superior?.equality,
    ordering: one('ORDERING') ?? superior?.ordering,
    substrings: one('SUBSTR') ?? superior?.substrings,
    syntax: one('SYNTAX')?.replace(/\{\d+\}$/, '') ?? superior?.syntax ?? '',
    singleValue: definition.flags.has('SINGLE-VALUE'),
    operational: usage !== 'userApplications',
    userModifiable: !definition.flags.has('NO-USER-MODIFICATION'),
  };
}

function readObjectClass(
  definition: Definition,
  find: (name: string) => ObjectClass | undefined,
  attributeType: (name: string) => AttributeType | undefined,
): ObjectClass {
  const all = <T>(keyword: string, known: (name: string) => T | undefined): readonly T[] =>
    (definition.values.get(keyword) ?? []).map(known).filter((value) => value !== undefined);
  return {
    oid: definition.oid,
    name: definition.names[0] ?? definition.oid,
    kind: definition.flags.has('ABSTRACT')
      ? 'abstract'
      : definition.flags.has('AUXILIARY')
        ? 'auxiliary'
        : 'structural',
    superiors: all('SUP', find),
    must: all('MUST', attributeType),
    may: all('MAY', attributeType),
  };
}
