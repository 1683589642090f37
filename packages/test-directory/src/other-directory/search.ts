import ldapjs from 'ldapjs';
import { isBelow, normalDn, type OtherEntry, parentOf, type Verdict, valuesOf } from './entry.ts';
import { matches } from './filter.ts';
import { type LdapjsSearch, type LdapjsSearchResponse, untyped } from './ldapjs-server.ts';
import type { Manners } from './manners.ts';

const PAGED_RESULTS = '1.2.840.113556.1.4.319';
const SUCCESS = 0;
const SIZE_LIMIT_EXCEEDED = 4;
const UNAVAILABLE_CRITICAL_EXTENSION = 12;
const UNWILLING_TO_PERFORM = 53;

export type AnswerSearch = (
  request: LdapjsSearch,
  response: LdapjsSearchResponse,
  isBound: boolean,
  /** Ends with this, after so many entries, instead of what it should. */
  instead?: Verdict & { readonly after: number },
) => void;

/** `byDn` has the entries by their names, spelled as `normalDn` does. */
export function createSearch(manners: Manners, byDn: ReadonlyMap<string, OtherEntry>): AnswerSearch {
  const root = normalDn(manners.base) ?? '';

  const found = (request: LdapjsSearch, base: string): readonly OtherEntry[] =>
    [...byDn]
      .filter(([dn]) => (request.scope === 0 ? dn === base : isBelow(dn, base)))
      .filter(([dn]) => request.scope !== 1 || parentOf(dn) === base)
      .map(([, entry]) => entry)
      .filter((entry) => matches(request.filter, entry, (dn) => byDn.get(dn)));

  return (request, response, isBound, instead) => {
    const end = ({ code, message = '' }: Verdict): void => {
      response.diagnosticMessage = message;
      response.end(code);
    };
    const base = normalDn(String(request.baseObject)) ?? '';
    const isRootDse = base === '' && request.scope === 0;
    const paged = request.controls.find(({ type }) => type === PAGED_RESULTS);
    if (request.controls.some((control) => control.criticality && control !== paged)) {
      end({ code: UNAVAILABLE_CRITICAL_EXTENSION });
    } else if (isRootDse) {
      sendEntry(request, response, manners.rootDse);
      end({ code: SUCCESS });
    } else if (!isBound && manners.anonymousRefusal !== undefined) {
      end(manners.anonymousRefusal);
    } else if (!isBelow(base, root)) {
      response.addReferral(manners.elsewhere.referral);
      end(manners.elsewhere);
    } else if (!byDn.has(base)) {
      end(manners.noSuchObject);
    } else {
      const { first, last } = request.scope === 2 && base === root ? manners.references : { first: [], last: [] };
      for (const url of first) response.send(response.createSearchReference([url]));
      const all = found(request, base);
      if (instead !== undefined) {
        for (const entry of all.slice(0, instead.after)) sendEntry(request, response, entry);
        end(instead);
        return;
      }
      const { size, cookie } = (paged?.value ?? { size: 0, cookie: Buffer.alloc(0) }) as PageRequest; // by PAGED_RESULTS
      const from = cookie.length === 0 ? 0 : Number(cookie.toString());
      if (!Number.isInteger(from)) {
        end({ code: UNWILLING_TO_PERFORM });
        return;
      }
      const most = Math.min(manners.mostEntries, size || Infinity, request.sizeLimit || Infinity);
      const page = all.slice(from, from + most);
      for (const entry of page) sendEntry(request, response, entry);
      for (const url of last) response.send(response.createSearchReference([url]));
      const rest = all.length - from - page.length;
      if (paged !== undefined) {
        const next = Buffer.from(rest > 0 ? String(from + page.length) : '');
        response.addControl(new untyped.PagedResultsControl({ value: { size: 0, cookie: next } }));
      }
      end({ code: paged === undefined && rest > 0 ? SIZE_LIMIT_EXCEEDED : SUCCESS });
    }
  };
}

interface PageRequest {
  readonly size: number;
  readonly cookie: Buffer;
}

/**
 * Chooses the attributes by itself: `send` of a plain object compares the names asked for with lower-case ones, and
 * leaves out `sAMAccountName` to who asks for `sAMAccountName`.
 */
function sendEntry(request: LdapjsSearch, response: LdapjsSearchResponse, entry: OtherEntry): void {
  const asked = request.attributes.filter((name) => name !== '1.1');
  const all = request.attributes.length === 0 || asked.includes('*');
  const names = all ? [...Object.keys(entry.attributes), 'distinguishedName'] : asked;
  const attributes = names
    .filter((name) => all || valuesOf(entry, name).length > 0)
    .map((type) => new ldapjs.Attribute({ type, values: [...valuesOf(entry, type)] }));
  response.send(response.createSearchEntry({ dn: entry.dn, attributes }));
}
