import type { Filter } from '../protocol/filter.ts';
import { normaliseValue } from '../schema/matching-rule.ts';
import type { Schema } from '../schema/schema.ts';
import type { Entry } from './entry.ts';
import type { Tree } from './tree.ts';

/** The entries that may match, by the indexes; undefined where only a look at each can tell. */
export function candidates(filter: Filter, tree: Tree, schema: Schema): ReadonlySet<Entry> | undefined {
  switch (filter.kind) {
    case 'equality': {
      const type = schema.attributeType(filter.attribute);
      // Superclasses are not in the index, and of a supertype its subtypes would be missing.
      if (type?.equality === undefined || type.name === 'objectClass' || type.name === 'name') return undefined;
      const key = normaliseValue(type.equality, filter.value, schema);
      return key === undefined ? new Set() : tree.withValue(type.name.toLowerCase(), key);
    }
    case 'and': {
      let fewest: ReadonlySet<Entry> | undefined;
      for (const part of filter.filters) {
        const some = candidates(part, tree, schema);
        if (some !== undefined && (fewest === undefined || some.size < fewest.size)) fewest = some;
      }
      return fewest;
    }
    case 'or': {
      const union = new Set<Entry>();
      for (const part of filter.filters) {
        const some = candidates(part, tree, schema);
        if (some === undefined) return undefined;
        for (const entry of some) union.add(entry);
      }
      return union;
    }
    default:
      return undefined;
  }
}
