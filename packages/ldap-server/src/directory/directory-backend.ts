import { type Backend, type LdapConnection, LdapError, type SearchLimits } from '../backend.ts';
import { controlOid } from '../protocol/control.ts';
import { resultCode } from '../protocol/result-code.ts';
import { normaliseValue } from '../schema/matching-rule.ts';
import type { Directory } from './directory.ts';
import { bindTo } from './directory-bind.ts';
import { anonymous, type Identity, mayRead } from './directory-identity.ts';
import { searchIn, storedSubject } from './directory-search.ts';
import type { Entry } from './entry.ts';
import { requireDn } from './entry-content.ts';
import { modifyEntry } from './modify-entry.ts';
import { moveEntry } from './move-entry.ts';

/** What slapd limits a search to by the configuration this directory stands in for. */
const limits: SearchLimits = { entries: 1000, pagedEntries: 1000, seconds: 3600 };

/** Serves a directory the way slapd serves one with ppolicy, memberof and read access for everybody. */
export function createDirectoryBackend(directory: Directory): Backend {
  const identities = new WeakMap<LdapConnection, Identity>();
  const who = (connection: LdapConnection): Identity =>
    connection.boundDn === '' ? anonymous : (identities.get(connection) ?? anonymous);
  /** What somebody may do who must change the password first: nothing else. */
  const whoMayGoOn = (connection: LdapConnection): Identity => {
    const identity = who(connection);
    if (!identity.mustChange) return identity;
    throw new LdapError(
      resultCode.insufficientAccessRights,
      'Operations are restricted to bind/unbind/abandon/StartTLS/modify password',
    );
  };
  const requireAdmin = (connection: LdapConnection): Identity => {
    const identity = whoMayGoOn(connection);
    if (identity.isAdmin) return identity;
    throw refusalOfWrite(identity);
  };
  const requireEntry = (name: string): Entry => {
    const dn = requireDn(name, directory.schema);
    const entry = directory.tree.find(dn.key);
    if (entry !== undefined) return entry;
    throw new LdapError(resultCode.noSuchObject, '', { matchedDn: directory.tree.nearest(dn)?.dn.text ?? '' });
  };

  return {
    supportedControls: [controlOid.passwordPolicy, controlOid.manageDsaIt],

    bind: async (request, context) => {
      identities.delete(context.connection);
      const { identity, answer } = await bindTo(directory, request, context);
      identities.set(context.connection, identity);
      return answer;
    },

    async *search(request, { connection, signal }) {
      const isFrontend = /^\s*cn\s*=\s*subschema\s*$/i.test(request.base);
      yield* searchIn(directory, request, isFrontend ? who(connection) : whoMayGoOn(connection), signal);
    },

    rootDse: async (standard) => ({
      ...standard,
      attributes: [
        ...standard.attributes,
        {
          name: 'namingContexts',
          values: [directory.base?.text ?? ''].filter((text) => text !== ''),
          operational: true,
        },
        { name: 'subschemaSubentry', values: ['cn=Subschema'], operational: true },
      ],
    }),

    limits: ({ connection }) => (who(connection).isAdmin ? {} : limits),

    compare: async ({ dn, attribute, value }, { connection }) => {
      const identity = whoMayGoOn(connection);
      const entry = requireEntry(dn);
      const type = directory.schema.attributeType(attribute.split(';')[0] ?? '');
      if (type === undefined) throw new LdapError(resultCode.undefinedAttributeType);
      if (!mayRead(identity, entry, type)) throw new LdapError(resultCode.insufficientAccessRights);
      if (type.equality === undefined) {
        throw new LdapError(resultCode.inappropriateMatching, 'inappropriate matching request');
      }
      const key = normaliseValue(type.equality, value, directory.schema);
      if (key === undefined) {
        throw new LdapError(resultCode.invalidAttributeSyntax, 'value does not conform to assertion syntax');
      }
      const subject = storedSubject(entry, identity, directory);
      const found = subject.attributes(type);
      if (found === 'hidden' || found.length === 0) throw new LdapError(resultCode.noSuchAttribute);
      if (type.name === 'objectClass') return subject.objectClassKeys().has(key);
      return found.some(({ keys }) => keys?.has(key) === true);
    },

    add: async ({ dn, attributes }, { connection }) => {
      requireAdmin(connection);
      directory.add(dn, attributes, directory.adminDn);
    },

    modify: async ({ dn, changes }, { connection }) => {
      const identity = who(connection);
      const own = requireDn(dn, directory.schema).key === identity.key && identity.key !== '';
      const isOwnPassword = own && changes.every(({ attribute }) => /^userPassword$/i.test(attribute.name));
      if (!isOwnPassword) requireAdmin(connection);
      const modifier = requireDn(identity.text, directory.schema);
      await modifyEntry(directory, requireEntry(dn), changes, modifier);
      if (isOwnPassword) identities.set(connection, { ...identity, mustChange: false });
    },

    delete: async ({ dn }, { connection }) => {
      requireAdmin(connection);
      const entry = requireEntry(dn);
      if (entry.children.size > 0) {
        throw new LdapError(resultCode.notAllowedOnNonLeaf, 'subordinate objects must be deleted first');
      }
      directory.tree.remove(entry);
    },

    modifyDn: async (request, { connection }) => {
      requireAdmin(connection);
      moveEntry(directory, requireEntry(request.dn), request);
    },
  };
}

function refusalOfWrite(identity: Identity): LdapError {
  return identity.key === ''
    ? new LdapError(resultCode.strongerAuthRequired, 'modifications require authentication')
    : new LdapError(resultCode.insufficientAccessRights);
}
