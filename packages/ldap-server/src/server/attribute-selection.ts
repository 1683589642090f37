import type { EntryAttribute, SearchEntry } from '../backend.ts';
import type { WireAttribute } from '../protocol/encode-message.ts';
import type { Schema } from '../schema/schema.ts';

/** Picks the attributes of an entry that a search asked for (RFC 4511 §4.5.1.8, RFC 3673, RFC 4529). */
export function createAttributeSelection(
  requested: readonly string[],
  typesOnly: boolean,
  schema: Schema,
): (entry: SearchEntry) => readonly WireAttribute[] {
  const isWanted = readRequest(requested, schema);
  /** The lists of clients may be long, the names in entries are few: each is looked for once. */
  const known = new Map<string, boolean>();
  const wanted = (attribute: EntryAttribute): boolean => {
    const key = attribute.operational === true ? `+${attribute.name}` : attribute.name;
    let answer = known.get(key);
    if (answer === undefined) {
      answer = isWanted(attribute);
      known.set(key, answer);
    }
    return answer;
  };
  return (entry) => {
    const chosen: WireAttribute[] = [];
    for (const attribute of entry.attributes) {
      if (attribute.values.length === 0 || !wanted(attribute)) continue;
      chosen.push({ name: attribute.name, values: typesOnly ? [] : attribute.values });
    }
    return chosen;
  };
}

function readRequest(requested: readonly string[], schema: Schema): (attribute: EntryAttribute) => boolean {
  const names = requested.filter((name) => name !== '1.1');
  const allUser = requested.length === 0 || names.includes('*');
  const allOperational = names.includes('+');
  const descriptions = names.filter((name) => !/^[*+@]/.test(name)).map(readDescription);
  const classes = names.flatMap((name) => (name.startsWith('@') ? [schema.attributesOf(name.slice(1))] : []));
  return (attribute) => {
    if (attribute.operational === true ? allOperational : allUser) return true;
    const { type, options } = readDescription(attribute.name);
    if (classes.some((allowed) => allowed?.has(type) === true)) return true;
    return descriptions.some(
      (wanted) => wanted.options.every((option) => options.includes(option)) && schema.isOrSubtypeOf(type, wanted.type),
    );
  };
}

/** A description is a type and options: `cn;lang-en` (RFC 4512 §2.5). */
export function readDescription(description: string): { readonly type: string; readonly options: readonly string[] } {
  if (!description.includes(';')) return { type: description.toLowerCase(), options: [] };
  const [type = '', ...options] = description.toLowerCase().split(';');
  return { type, options };
}
