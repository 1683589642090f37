import { type Clock, timestamp } from '../clock.ts';
import { DirectoryError, nameTaken, notFound } from '../directory/directory-error.ts';
import { ID_PREFIX, newId } from '../ids.ts';
import type { Store } from '../store/store.ts';
import type { HookChannel, HookRequest, InlineHook } from './inline-hook.ts';

interface HookRow {
  id: string;
  name: string;
  status: string;
  created: string;
  last_updated: string;
  channel: string;
}

function hookOf(row: HookRow): InlineHook {
  return {
    id: row.id,
    name: row.name,
    status: row.status as InlineHook['status'], // only this file writes the column
    created: row.created,
    lastUpdated: row.last_updated,
    channel: JSON.parse(row.channel) as HookChannel, // written below
  };
}

export interface HookStore {
  list(): readonly InlineHook[];
  /** @throws DirectoryError `not-found` */
  must(id: string): InlineHook;
  /** Active at once. @throws DirectoryError `name-taken`, `invalid` where another is active */
  create(request: HookRequest): InlineHook;
  update(id: string, request: HookRequest): InlineHook;
  /** @throws DirectoryError `invalid` where another is active */
  setStatus(id: string, status: InlineHook['status']): InlineHook;
  /** @throws DirectoryError `not-deactivated` */
  remove(id: string): void;
  /** The one that is called; Okta has one password import hook per org. */
  active(): InlineHook | undefined;
}

export function createHookStore({ store, clock }: { readonly store: Store; readonly clock: Clock }): HookStore {
  const list = (): InlineHook[] => store.all<HookRow>('SELECT * FROM inline_hooks ORDER BY created, id').map(hookOf);

  function must(id: string): InlineHook {
    const found = list().find((hook) => hook.id === id);
    if (found === undefined) throw notFound('InlineHook', id);
    return found;
  }

  function assertNameFree(name: string, id?: string): void {
    if (list().some((hook) => hook.name === name && hook.id !== id)) throw nameTaken('name');
  }

  const active = (): InlineHook | undefined => list().find(({ status }) => status === 'ACTIVE');

  function assertNoneActive(exceptId?: string): void {
    const other = active();
    if (other !== undefined && other.id !== exceptId) {
      throw new DirectoryError('invalid', 'Another hook is active.', [
        { field: 'type', problem: 'an org has one active password import hook' },
      ]);
    }
  }

  return {
    list,
    must,
    active,
    create({ name, channel }) {
      assertNoneActive();
      assertNameFree(name);
      const id = newId(ID_PREFIX.inlineHook);
      const now = timestamp(clock);
      store.run(
        "INSERT INTO inline_hooks (id, name, status, created, last_updated, channel) VALUES (?, ?, 'ACTIVE', ?, ?, ?)",
        [id, name, now, now, JSON.stringify(channel)],
      );
      return must(id);
    },
    update(id, { name, channel }) {
      const before = must(id);
      assertNameFree(name, id);
      const kept = before.channel.config.authScheme;
      const config = {
        ...channel.config,
        ...(channel.config.authScheme === undefined && kept ? { authScheme: kept } : {}),
      };
      store.run('UPDATE inline_hooks SET name = ?, channel = ?, last_updated = ? WHERE id = ?', [
        name,
        JSON.stringify({ ...channel, config }),
        timestamp(clock),
        id,
      ]);
      return must(id);
    },
    setStatus(id, status) {
      must(id);
      if (status === 'ACTIVE') assertNoneActive(id);
      store.run('UPDATE inline_hooks SET status = ?, last_updated = ? WHERE id = ?', [status, timestamp(clock), id]);
      return must(id);
    },
    remove: (id) => {
      if (must(id).status === 'ACTIVE') throw new DirectoryError('not-deactivated', 'Deactivate the hook first.');
      store.run('DELETE FROM inline_hooks WHERE id = ?', [id]);
    },
  };
}
