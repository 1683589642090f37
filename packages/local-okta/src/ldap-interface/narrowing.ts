import type { Filter } from '@ldap-to-okta/ldap-server';
import { type AttributeName, attributeNamed } from './attributes.ts';

/** What an index has for `name=value` or `name=value*`; undefined where there is no such index, or it has too many. */
export type Lookup<Item> = (name: AttributeName, value: string, how: 'equal' | 'prefix') => readonly Item[] | undefined;

/** Each look-up may be a query, and while they are made nobody else is served. */
const MAX_LOOKUPS = 5000;

/**
 * Everything that can match the filter, found by indexes; undefined when only reading all would tell. What comes back
 * may be too much: the filter still decides.
 */
export function narrow<Item>(filter: Filter, lookup: Lookup<Item>): readonly Item[] | undefined {
  let left = MAX_LOOKUPS;
  return narrowed(filter, (...asked) => {
    left -= 1;
    return left < 0 ? undefined : lookup(...asked);
  });
}

function narrowed<Item>(filter: Filter, lookup: Lookup<Item>): readonly Item[] | undefined {
  switch (filter.kind) {
    case 'equality': {
      const name = attributeNamed(filter.attribute);
      return name === undefined ? [] : lookup(name, filter.value.toString('utf8'), 'equal');
    }
    case 'substrings': {
      const name = attributeNamed(filter.attribute);
      if (name === undefined) return [];
      return filter.initial === undefined ? undefined : lookup(name, filter.initial.toString('utf8'), 'prefix');
    }
    case 'and': {
      let fewest: readonly Item[] | undefined;
      for (const part of filter.filters) {
        const found = narrowed(part, lookup);
        if (found !== undefined && (fewest === undefined || found.length < fewest.length)) fewest = found;
      }
      return fewest;
    }
    case 'or': {
      const all: Item[] = [];
      for (const part of filter.filters) {
        const found = narrowed(part, lookup);
        if (found === undefined) return undefined;
        all.push(...found);
      }
      return all;
    }
    default:
      return undefined;
  }
}
