import type { ConnectionOptions } from 'node:tls';
import type { FilterTemplate } from './filter-template.ts';
import type { LdapUser } from './options.ts';
import type { Search } from './search.ts';
import type { ServerAddress } from './server-address.ts';
import type { OnStep } from './step.ts';

/** Options, checked and complete. */
export interface Settings {
  readonly servers: readonly ServerAddress[];
  readonly starttls: boolean;
  readonly tlsOptions: ConnectionOptions;
  readonly service: { readonly dn: string; readonly password: string } | undefined;
  readonly user: UserSearchSettings;
  readonly groups: GroupSearchSettings | undefined;
  readonly memberOfAttribute: string | undefined;
  readonly includeRaw: boolean;
  readonly timeout: number;
  readonly connectTimeout: number;
  readonly deadline: number;
  readonly serviceConnections: number;
  readonly rebindAfter: number;
  readonly userConnections: number;
  readonly maxUses: number;
  readonly maxIdle: number;
  readonly probeAfter: number;
  readonly maxConcurrent: number;
  readonly maxQueue: number;
  readonly onStep: OnStep | undefined;
}

export interface UserSearchSettings {
  readonly search: Search;
  readonly filter: FilterTemplate;
  readonly bindProperty: string;
}

export interface GroupSearchSettings {
  readonly search: Search;
  readonly filter:
    | { readonly kind: 'template'; readonly place: FilterTemplate }
    | { readonly kind: 'function'; readonly call: (user: LdapUser) => string };
  readonly dnProperty: string;
  readonly nested: boolean;
}
