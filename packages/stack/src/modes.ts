import type { Directory } from './directory.ts';

export type Mode = 'ldap' | 'okta-ldap' | 'oidc';

/** What an app of one mode has to be told, and what a person reads of it. */
export interface ModePlan {
  readonly shows: string;
  readonly signIn: string;
  appEnv(services: Services): Readonly<Record<string, string>>;
}

/** What runs before the apps. */
export interface Services {
  readonly directory: Directory;
}

/** The modes that can be started, in the order of the tutorial. */
export const modePlans = {
  ldap: {
    shows: 'Step 1: the app asks the LDAP directory itself',
    signIn: 'user01 / password1',
    appEnv: ({ directory }) => directory.env,
  },
} as const satisfies Partial<Record<Mode, ModePlan>>;

export type StartableMode = keyof typeof modePlans;

export const startableModes = Object.keys(modePlans) as StartableMode[]; // keys of a const object

export const isStartable = (mode: string): mode is StartableMode => Object.hasOwn(modePlans, mode);
