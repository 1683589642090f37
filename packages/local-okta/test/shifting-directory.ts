import {
  type Backend,
  evaluateFilter,
  isWithin,
  LdapError,
  parseDn,
  resultCode,
  type SearchEntry,
  standardSchema,
  startLdapServer,
  subjectOf,
} from '@ldap-to-okta/ldap-server';
import type { Cleanup } from './agents-fixture.ts';

export interface Person {
  readonly id: string;
  /** First part of the name: people are found in its order. */
  cn: string;
  mail: string;
  givenName: string;
  /** When it was changed last, in milliseconds. */
  changed: number;
}

export interface ShiftingDirectory {
  readonly url: string;
  readonly base: typeof base;
  readonly adminDn: typeof adminDn;
  readonly adminPassword: 'adminpassword';
  /** By id. Change them at any time; a search that is under way meets them as they are when it comes to them. */
  readonly people: Map<string, Person>;
  add(cn: string): Person;
  /** Runs `act` once, when the next search for everybody has found this person and has not gone on. */
  after(cn: string, act: () => void): void;
}

const base = 'dc=example,dc=org' as const;
const adminDn = `cn=admin,${base}` as const;
const schema = standardSchema();
const HOUR_MS = 3_600_000;

/**
 * A directory that finds people in the order of their names, a page of two at a time, and that changes in the middle of
 * a search just where a test says. A move takes a person to another place of that order.
 */
export async function startShiftingDirectory(cleanup: Cleanup): Promise<ShiftingDirectory> {
  const people = new Map<string, Person>();
  const acts = new Map<string, () => void>();
  const places: readonly SearchEntry[] = ['ou=users', 'ou=groups'].map((name) => ({
    dn: `${name},${base}`,
    attributes: [{ name: 'objectClass', values: ['organizationalUnit'] }],
  }));
  const root: SearchEntry = { dn: base, attributes: [{ name: 'objectClass', values: ['domain'] }] };
  const found = (entry: SearchEntry, { base: from, scope, filter }: Parameters<Backend['search']>[0]): boolean => {
    const [dn, start] = [parseDn(entry.dn, schema), parseDn(from, schema)];
    if (dn === undefined || start === undefined) return false;
    const inScope = scope === 'base' ? entry.dn.toLowerCase() === from.toLowerCase() : isWithin(dn, start);
    return inScope && evaluateFilter(filter, subjectOf(entry, schema), schema) === true;
  };

  function* inOrder(): Generator<Person> {
    for (let at = ''; ; ) {
      const [next] = [...people.values()].filter(({ cn }) => cn > at).sort((a, b) => (a.cn < b.cn ? -1 : 1));
      if (next === undefined) return;
      at = next.cn;
      yield next;
    }
  }

  const server = await startLdapServer({
    port: 0,
    backend: {
      bind: async ({ dn, password }) => {
        if (dn !== adminDn || password.toString() !== 'adminpassword')
          throw new LdapError(resultCode.invalidCredentials);
        return { dn };
      },
      limits: () => ({ pageSize: 2 }),
      *search(request) {
        for (const place of [root, ...places]) if (found(place, request)) yield place;
        const everybody = request.scope === 'sub' && request.base.toLowerCase() === `ou=users,${base}`;
        for (const person of inOrder()) {
          const entry = entryOf(person);
          const { cn } = person;
          if (found(entry, request)) yield entry;
          if (!everybody) continue;
          const act = acts.get(cn);
          acts.delete(cn);
          act?.();
        }
      },
    },
  });
  cleanup.add(() => server.close());
  return {
    url: server.url ?? '',
    base,
    adminDn,
    adminPassword: 'adminpassword',
    people,
    add(cn) {
      const id = `00000000-0000-4000-8000-${String(people.size).padStart(12, '0')}`;
      const person = { id, cn, mail: `${cn}@example.com`, givenName: 'N', changed: Date.now() - HOUR_MS };
      people.set(id, person);
      return person;
    },
    after: (cn, act) => acts.set(cn, act),
  };
}

function entryOf({ id, cn, mail, givenName, changed }: Person): SearchEntry {
  const stamp = `${new Date(changed).toISOString().slice(0, 19).replace(/[-:T]/g, '')}Z`;
  return {
    dn: `cn=${cn},ou=users,${base}`,
    attributes: [
      { name: 'objectClass', values: ['inetOrgPerson'] },
      { name: 'cn', values: [cn] },
      { name: 'sn', values: ['P'] },
      { name: 'uid', values: [id.slice(-4)] },
      { name: 'mail', values: [mail] },
      { name: 'givenName', values: [givenName] },
      { name: 'entryUUID', values: [id], operational: true },
      { name: 'modifyTimestamp', values: [stamp], operational: true },
    ],
  };
}
