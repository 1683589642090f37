import type { Directory } from './directory.ts';
import type { OktaOrg } from './local-org.ts';

export type Mode = 'ldap' | 'okta-ldap' | 'oidc';

/** What an app of one mode has to be told, and what a person reads of it. */
export interface ModePlan {
  readonly shows: string;
  readonly signIn: string;
  /** Whether it asks an Okta org, and not the directory itself. */
  readonly asksOkta: boolean;
  appEnv(services: Services): Readonly<Record<string, string>>;
}

/** What runs before the apps. */
export interface Services {
  readonly directory: Pick<Directory, 'env'>;
  readonly org: OktaOrg;
}

/** The modes that can be started, in the order of the tutorial. */
export const modePlans = {
  ldap: {
    shows: 'Step 1: the app asks the LDAP directory itself',
    signIn: 'user01 / password1',
    asksOkta: false,
    appEnv: ({ directory }) => directory.env,
  },
  'okta-ldap': {
    shows: "Step 3: the app asks Okta's LDAP Interface",
    signIn: 'user01@example.com / password1',
    asksOkta: true,
    appEnv: ({ org }) => org.env,
  },
  oidc: {
    shows: "Step 4: the app sends people to Okta's sign-in page",
    signIn: 'user01@example.com / password1',
    asksOkta: true,
    appEnv: ({ org }) => org.env,
  },
} as const satisfies Record<Mode, ModePlan>;

export type StartableMode = keyof typeof modePlans;

export const startableModes = Object.keys(modePlans) as StartableMode[]; // keys of a const object

export const isStartable = (mode: string): mode is StartableMode => Object.hasOwn(modePlans, mode);
