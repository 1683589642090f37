import type { RemoteDirectory } from './agents/remote-directory.ts';
import type { Authenticate } from './authn.ts';
import type { CutOver } from './cut-over/cut-over-part.ts';
import type { User } from './directory/user.ts';
import type { FaultSwitches } from './faults/faults.ts';
import type { HookStore } from './inline-hooks/hook-store.ts';
import type { PasswordImport } from './inline-hooks/password-import.ts';
import type { LdapIntegration } from './integration/integration.ts';
import type { LdapInterface } from './ldap-interface/ldap-interface-part.ts';
import type { Outbox } from './outbox/outbox.ts';

/** Agents as the Admin API shows them. Source: Okta API, "Agent Pools". */
export interface AgentPoolView {
  readonly id: string;
  readonly name: string;
  readonly type: 'LDAP';
  readonly operationalStatus: 'OPERATIONAL' | 'DEGRADED' | 'DISRUPTED' | 'INACTIVE';
  readonly agents: readonly AgentView[];
}

export interface AgentView {
  readonly id: string;
  readonly name: string;
  readonly type: 'LDAP';
  readonly version: string;
  readonly operationalStatus: AgentPoolView['operationalStatus'];
  readonly poolId: string;
  readonly isLatestGAedVersion: boolean;
  readonly isHidden: boolean;
  /** Milliseconds since 1970. */
  readonly lastConnection: number;
  readonly updateStatus: null;
}

/**
 * What one part does for another. Optional: a part that is not there leaves its place empty, and who asks says so.
 */
export interface Services {
  /** Filled in by the agent gateway. */
  agentPools?: { list(): readonly AgentPoolView[] };
  /** The name of the directory that sources the user's profile, so that nobody else may change it. Filled in by the integration. */
  profileSource?: (user: User) => string | undefined;
  /** Questions to the directory behind the agents. Filled in by the agent gateway. */
  remoteDirectory?: RemoteDirectory;
  /** The LDAP directory integration. Filled in by it. */
  ldapIntegration?: LdapIntegration;
  /** Okta's LDAP Interface. Filled in by it. */
  ldapInterface?: LdapInterface;
  /** Checks a username and password, wherever the password is kept. Filled in by `authn.ts`. */
  authenticate?: Authenticate;
  /** Asks the org's password import inline hook. Filled in by `inline-hooks`. */
  passwordImport?: PasswordImport;
  /** The inline hooks of the org. Filled in by `inline-hooks`. */
  inlineHooks?: HookStore;
  /** Keys of the authorization servers; the first one signs. Filled in by `oidc`. */
  signingKeys?: { rotate(): Promise<string>; ids(): readonly string[] };
  /** Links to set a password by. Filled in by `outbox`. */
  outbox?: Outbox;
  /** Delegated authentication and the source of profiles. Filled in by `cut-over`. */
  cutOver?: CutOver;
  /** What is made to go wrong. Filled in by `faults`. */
  faults?: FaultSwitches;
  /** Everything as after the first start. Filled in by `createLocalOkta`. */
  reset?: () => Promise<void>;
}
