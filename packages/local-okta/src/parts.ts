import { agentsPart } from './agents/agents-part.ts';
import { adminApi } from './api/admin-api.ts';
import { consolePart } from './console/console-part.ts';
import type { PartDefinition } from './context.ts';
import { cutOverPart } from './cut-over/cut-over-part.ts';
import { faultsPart } from './faults/faults-part.ts';
import { localControls } from './http/local-controls.ts';
import { inlineHooksPart } from './inline-hooks/inline-hooks-part.ts';
import { integrationPart } from './integration/integration-part.ts';
import { ldapInterfacePart } from './ldap-interface/ldap-interface-part.ts';
import { oidcPart } from './oidc/oidc-part.ts';
import { outboxPart } from './outbox/outbox-part.ts';

/** Everything Local Okta is made of, in the order in which it is seeded and started. One line each. */
export const parts: readonly PartDefinition[] = [
  faultsPart,
  adminApi,
  agentsPart,
  integrationPart,
  inlineHooksPart,
  outboxPart,
  cutOverPart,
  ldapInterfacePart,
  oidcPart,
  localControls,
  consolePart,
];
