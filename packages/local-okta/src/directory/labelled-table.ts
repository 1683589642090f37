import { type Clock, timestamp } from '../clock.ts';
import { newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import { nameTaken } from './directory-error.ts';

/** A role with its permissions, or a resource set with its resources. */
export interface Labelled<Item extends string> {
  readonly id: string;
  readonly label: string;
  readonly description: string;
  readonly list: readonly Item[];
  readonly created: string;
}

type Content<Item extends string> = Omit<Labelled<Item>, 'id' | 'created'>;

export interface LabelledTableOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly table: 'roles' | 'resource_sets';
  /** Which column holds the list. */
  readonly column: string;
  readonly idPrefix: Parameters<typeof newId>[0];
  readonly onChange: () => void;
}

/** A table of labels with a list each. */
export function createLabelledTable<Item extends string>({
  store,
  clock,
  table,
  column,
  idPrefix,
  onChange,
}: LabelledTableOptions) {
  const select = `SELECT id, label, description, ${column} AS list, created FROM ${table}`;

  function read(rest: string, parameters: readonly string[] = []): Labelled<Item>[] {
    return store
      .all<Omit<Labelled<Item>, 'list'> & { list: string }>(`${select} ${rest}`, parameters)
      .map(({ list, ...row }) => ({ ...row, list: JSON.parse(list) as Item[] })); // written below
  }

  const byLabel = (label: string): Labelled<Item> | undefined => read('WHERE label = ?', [label])[0];

  return {
    all: () => read('ORDER BY label'),
    /** By label: made when missing, brought to this content when there. */
    save({ label, description, list }: Content<Item>): Labelled<Item> {
      store.run(
        `INSERT INTO ${table} (id, label, description, ${column}, created) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (label) DO UPDATE SET description = excluded.description, ${column} = excluded.${column}`,
        [newId(idPrefix), label, description, JSON.stringify(list), timestamp(clock)],
      );
      onChange();
      const saved = byLabel(label);
      if (saved === undefined) throw new Error('It was not stored.');
      return saved;
    },
    /** By id: all of it anew. @throws DirectoryError `name-taken` */
    update(id: string, { label, description, list }: Content<Item>): void {
      const holder = byLabel(label);
      if (holder !== undefined && holder.id !== id) throw nameTaken('label');
      store.run(`UPDATE ${table} SET label = ?, description = ?, ${column} = ? WHERE id = ?`, [
        label,
        description,
        JSON.stringify(list),
        id,
      ]);
      onChange();
    },
  };
}
