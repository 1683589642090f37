import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  type Backend,
  type EntryAttribute,
  type LdapConnection,
  LdapError,
  type OperationContext,
  resultCode,
} from '@ldap-to-okta/ldap-server';
import type { Authenticate } from '../authn.ts';
import type { Context } from '../context.ts';
import type { User } from '../directory/user.ts';
import { faultsOf } from '../faults/faults.ts';
import { randomBase62 } from '../ids.ts';
import { type LogActor, userActor } from '../system-log/log-event.ts';
import type { BindRate } from './bind-rate.ts';
import { type Names, SCHEMA_DN } from './names.ts';
import type { Rights } from './rights.ts';
import { searchTree } from './search.ts';
import type { InterfaceSettings } from './settings.ts';

/** Okta's words, as seen on a live org. */
const INVALID = 'The credentials provided were invalid.';
const DENIED_BY_POLICY = 'Resource owner password credentials authentication denied by sign on policy.';
const ANONYMOUS = 'Bind first: the LDAP Interface answers no anonymous operation.';

/** The token behind a connection lasts one hour. Source: Okta help, "LDAP Interface limitations". */
const TOKEN_MS = 60 * 60_000;
const MAX_ENTRIES = 1000;
const EVALUATION_SECONDS = 120;

/** Of a DN; it may be as long as a message. */
const LOGGED_CHARACTERS = 1000;

/** Whom to keep in mind between two searches. */
const MAX_CALLERS = 10_000;

interface Session {
  readonly userId: string;
  readonly until: number;
}

interface Caller {
  readonly user: User;
  readonly rights: Rights;
}

export interface BackendOptions {
  readonly context: Context;
  readonly names: Names;
  readonly rate: BindRate;
  readonly settings: () => InterfaceSettings;
}

/** What Okta's LDAP Interface answers: BIND, UNBIND, SEARCH and StartTLS, nothing else. */
export function createBackend({ context, names, rate, settings }: BackendOptions): Backend {
  const { directory, services, systemLog, clock } = context;
  const sessions = new WeakMap<LdapConnection, Session>();
  /** A service user searches twice for every sign-in; who it is and what it may changes once in a year. */
  const callers = new Map<string, Caller>();
  directory.onChange((changes) => {
    for (const change of changes) {
      if (change.kind === 'user') callers.delete(change.id);
      else if (change.kind === 'roles') callers.delete(change.userId);
      else if (change.kind === 'reset') callers.clear();
    }
  });

  function note(
    event: string,
    connection: LdapConnection,
    outcome: {
      actor?: LogActor;
      failure?: string;
      dn?: string;
      transactionId?: string;
      debugData?: Readonly<Record<string, string>>;
    },
  ) {
    systemLog.appendSoon({
      eventType: `system.ldapi.${event}`,
      displayMessage: `LDAP Interface ${event.replaceAll('_', ' ')}`,
      actor: outcome.actor,
      outcome: outcome.failure === undefined ? { result: 'SUCCESS' } : { result: 'FAILURE', reason: outcome.failure },
      client: { ipAddress: connection.remoteAddress },
      transactionId: outcome.transactionId,
      debugData: {
        connection: String(connection.id),
        ...(outcome.dn === undefined ? {} : { dn: outcome.dn.slice(0, LOGGED_CHARACTERS) }),
        ...outcome.debugData,
      },
    });
  }

  /** Who is bound here, if the token is still good and the user still active. */
  function caller(connection: LdapConnection): Caller {
    // A bind may have failed before it came here, for its version or its mechanism.
    const session = connection.boundDn === '' || !settings().enabled ? undefined : sessions.get(connection);
    if (session === undefined) throw new LdapError(resultCode.insufficientAccessRights, ANONYMOUS);
    const found = callerOf(session.userId);
    if (session.until <= clock.now() || found === undefined) {
      sessions.delete(connection);
      throw new LdapError(resultCode.insufficientAccessRights, 'The session has expired: bind again.');
    }
    return found;
  }

  /** Pages are far apart: meanwhile the session may have ended, the user be suspended, a role taken away. */
  function assertUnchanged(connection: LdapConnection, { rights }: Caller): void {
    const { allUsers, groups } = caller(connection).rights;
    if (allUsers === rights.allUsers && groups === rights.groups) return;
    throw new LdapError(resultCode.insufficientAccessRights, 'What this user may read has changed: search again.');
  }

  function callerOf(userId: string): Caller | undefined {
    const known = callers.get(userId);
    if (known !== undefined) return known;
    const user = directory.users.get(userId);
    if (user?.status !== 'ACTIVE') return undefined;
    const found = { user, rights: rightsOf(user) };
    if (callers.size >= MAX_CALLERS) callers.clear();
    callers.set(userId, found);
    return found;
  }

  function rightsOf(user: User): Rights {
    const { adminRoles } = directory;
    return {
      userId: user.id,
      allUsers: adminRoles.can(user.id, 'okta.users.read'),
      groups: adminRoles.can(user.id, 'okta.groups.read'),
    };
  }

  function authenticate(...parameters: Parameters<Authenticate>): ReturnType<Authenticate> {
    if (services.authenticate === undefined) throw new Error('Nobody checks passwords here.');
    return services.authenticate(...parameters);
  }

  function answerLate(): Promise<void> | undefined {
    const { ldapInterfaceDelayMs } = faultsOf(services);
    return ldapInterfaceDelayMs > 0 ? sleep(ldapInterfaceDelayMs, undefined, { ref: false }) : undefined;
  }

  const refuse = async (_request: unknown, { connection }: OperationContext): Promise<never> => {
    caller(connection);
    throw new LdapError(resultCode.unwillingToPerform, 'The LDAP Interface is read-only: BIND, UNBIND and SEARCH.');
  };

  return {
    async bind({ dn, password }, { connection }) {
      sessions.delete(connection);
      const name = names.bindNameOf(dn);
      if (name === undefined || !settings().enabled) {
        note('bind', connection, { failure: 'INVALID_CREDENTIALS', dn });
        throw new LdapError(resultCode.invalidCredentials, INVALID);
      }
      if (!rate.allows(name)) {
        note('admin_limit_exceeded', connection, { failure: 'BINDS_PER_SECOND', dn });
        throw new LdapError(
          resultCode.adminLimitExceeded,
          'Administrative limit exceeded: 4 binds per second for one user.',
        );
      }
      // The agent's event, where there is one, belongs to the same transaction.
      const transactionId = randomBase62(20);
      const startedAt = performance.now();
      await answerLate();
      const result = await authenticate(name, password.toString('utf8'), {
        client: { ipAddress: connection.remoteAddress },
        transactionId,
      });
      const more = { dn, transactionId, debugData: { durationMs: (performance.now() - startedAt).toFixed(1) } };
      switch (result?.outcome) {
        case 'ok':
          if (faultsOf(services).signOnPolicyDenies) {
            note('bind', connection, { actor: userActor(result.user), failure: 'SIGN_ON_POLICY_DENIED', ...more });
            throw new LdapError(resultCode.invalidCredentials, DENIED_BY_POLICY);
          }
          sessions.set(connection, { userId: result.user.id, until: clock.now() + TOKEN_MS });
          note('bind', connection, { actor: userActor(result.user), ...more });
          return { dn: names.user(result.user.profile.login) };
        case 'agent-unavailable':
        case 'timeout':
        case 'directory-error':
        case 'hook-failed':
        case 'busy':
          note('bind', connection, { failure: 'DIRECTORY_UNAVAILABLE', ...more });
          throw new LdapError(resultCode.unavailable, 'The directory that checks this password did not answer.');
        default:
          // Locked, expired and wrong are one answer, as in Okta; the System Log tells them apart.
          note('bind', connection, { failure: result.outcome.toUpperCase().replaceAll('-', '_'), ...more });
          throw new LdapError(resultCode.invalidCredentials, INVALID);
      }
    },

    async bindAnonymously({ connection }) {
      sessions.delete(connection);
      throw new LdapError(resultCode.insufficientAccessRights, ANONYMOUS);
    },

    async *search(request, { connection, signal }) {
      const found = caller(connection);
      const { user, rights } = found;
      const startedAt = performance.now();
      let entries = 0;
      // A bind that came in the same turn goes first: the agent is at work on it meanwhile.
      await nextTurn();
      await answerLate();
      try {
        const exposure = settings().groups;
        for await (const entry of searchTree(request, { directory, names, rights, exposure, signal })) {
          assertUnchanged(connection, found);
          entries += 1;
          yield entry;
        }
      } finally {
        const durationMs = (performance.now() - startedAt).toFixed(1);
        note('search', connection, {
          actor: userActor(user),
          dn: request.base,
          debugData: { scope: request.scope, entries: String(entries), durationMs },
        });
      }
    },

    async rootDse(standard, { connection }) {
      caller(connection);
      const operational = (name: string, value: string): EntryAttribute => ({
        name,
        values: [value],
        operational: true,
      });
      return {
        ...standard,
        attributes: [
          ...standard.attributes.flatMap(asOktaHasIt),
          // Where clients look for the tree and its schema.
          operational('namingContexts', names.base),
          operational('subschemaSubentry', SCHEMA_DN),
        ],
      };
    },

    limits: () => ({ entries: MAX_ENTRIES, pageSize: MAX_ENTRIES, seconds: EVALUATION_SECONDS }),

    async whoAmI() {
      throw new LdapError(resultCode.protocolError, 'Who am I is not implemented.');
    },
    compare: refuse,
    add: refuse,
    modify: refuse,
    delete: refuse,
    modifyDn: refuse,
  };
}

const WHO_AM_I = '1.3.6.1.4.1.4203.1.11.3';

/** The root DSE of the server underneath promises an extension that the LDAP Interface has not, and says whose server it is. */
function asOktaHasIt({ values, ...attribute }: EntryAttribute): EntryAttribute[] {
  const kept = values.filter((value) => value !== WHO_AM_I && value !== 'OpenLDAProotDSE');
  return kept.length === 0 ? [] : [{ ...attribute, values: kept }];
}
