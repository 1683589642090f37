/** Where somebody stands who begins a step: what `.env` says, which is also what Local Okta does by itself. */
export interface StepStart {
  readonly title: string;
  /** In docs/tutorial. */
  readonly page: string;
  readonly env: { readonly AUTH_MODE: string; readonly LOCAL_OKTA_SETUP: string };
}

export const steps = {
  1: {
    page: '1-start.md',
    title: 'the app asks the LDAP directory itself',
    env: { AUTH_MODE: 'ldap', LOCAL_OKTA_SETUP: 'manual' },
  },
  2: {
    page: '2-agent-and-import.md',
    title: 'the agent connects the directory to Okta',
    env: { AUTH_MODE: 'ldap', LOCAL_OKTA_SETUP: 'manual' },
  },
  3: {
    page: '3-ldap-interface.md',
    title: "the app asks Okta's LDAP Interface",
    env: { AUTH_MODE: 'agent', LOCAL_OKTA_SETUP: 'step-3' },
  },
  4: {
    page: '4-openid-connect.md',
    title: "the app sends people to Okta's sign-in page",
    env: { AUTH_MODE: 'okta-ldap', LOCAL_OKTA_SETUP: 'step-4' },
  },
  5: {
    page: '5-cut-over.md',
    title: 'Okta alone judges passwords',
    env: { AUTH_MODE: 'oidc', LOCAL_OKTA_SETUP: 'step-5' },
  },
} as const satisfies Record<number, StepStart>;

export type Step = `${keyof typeof steps}`;

export const isStep = (text: string): text is Step => Object.hasOwn(steps, text);
