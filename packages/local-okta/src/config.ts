import { z } from 'zod';
import { SET_UPS } from './set-up.ts';

/** Name of the org where none is given; its LDAP base follows from it. */
const DEFAULT_ORG = 'local';

const text = z.string().min(1);
const port = z.number().int().min(0).max(65_535);

const schema = z.strictObject({
  dataDir: text.optional(),
  memory: z.boolean().default(false),
  host: text.default('127.0.0.1'),
  port: port.default(8090),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine((url) => new URL(url).pathname === '/', 'must have no path')
    .optional(),
  org: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a host label: lower-case letters, digits, hyphens')
    .default(DEFAULT_ORG),
  ldapsPort: port.default(8636),
  ldapPort: port.default(8389),
  setup: z.enum(SET_UPS, { error: `must be one of ${SET_UPS.join(', ')}` }).default('auto'),
  allowedHosts: z.array(text).default([]),
  admin: z
    .strictObject({
      login: z
        .string()
        .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address')
        .default('admin@example.com'),
      password: z
        .string()
        .regex(/^.{8,72}$/u, 'must have 8 to 72 characters')
        .optional(),
      apiToken: z
        .string()
        .regex(/^[\w-]{20,100}$/, 'must be 20 to 100 letters, digits, - or _')
        .optional(),
    })
    .prefault({}),
  ldapIntegrationId: z
    .string()
    .regex(/^0oa[A-Za-z0-9]{17}$/, 'must be an app id of Okta: 0oa and 17 letters or digits')
    .optional(),
  ldapServicePassword: z.string().min(8).max(72).optional(),
  oidcApp: z
    .strictObject({
      clientId: z
        .string()
        .regex(/^[\w-]{6,100}$/, 'must be 6 to 100 letters, digits, - or _')
        .optional(),
      clientSecret: z
        .string()
        .regex(/^[\x21-\x7e]{14,100}$/, 'must be 14 to 100 printable ASCII characters')
        .optional(),
      appUrls: z
        .array(
          z
            .url({ protocol: /^https?$/, error: 'must be an http or https address' })
            .refine((url) => /^https?:\/\/[^/]+$/.test(url), 'must have no path and no slash at the end'),
        )
        .min(1)
        .default(['http://localhost:8080']),
    })
    .prefault({}),
  caFile: text.optional(),
  ldapBindLimit: z.boolean().default(true),
  rateLimits: z.boolean().default(true),
  logEventsKept: z.number().int().min(100).default(100_000),
});

/** How Local Okta is set up; `local-okta.ts` explains each. */
export type LocalOktaSettings = z.input<typeof schema>;

export type LocalOktaConfig = z.output<typeof schema> & {
  /** Under which people and programs reach it; no slash at the end. With port 0 known when it listens. */
  readonly publicUrl: string;
  /** `dc=local,dc=okta,dc=com` */
  readonly ldapBase: string;
};

export interface SettingProblem {
  readonly setting: string;
  readonly problem: string;
}

/** Settings that cannot work: all that is wrong with them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly code = 'configuration';
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    super(problems.map(({ setting, problem }) => `${setting}: ${problem}`).join('\n'));
    this.problems = problems;
  }
}

/** @throws SettingsError with every problem */
export function parseSettings(settings: LocalOktaSettings): LocalOktaConfig {
  const result = schema.safeParse(settings);
  const problems: SettingProblem[] = result.success
    ? []
    : result.error.issues.map((issue) => ({ setting: issue.path.join('.') || 'options', problem: issue.message }));
  if (result.success && result.data.memory === (result.data.dataDir !== undefined)) {
    problems.push({ setting: 'dataDir', problem: 'give either dataDir or memory: true' });
  }
  if (!result.success || problems.length > 0) throw new SettingsError(problems);
  const { data } = result;
  const publicUrl = new URL(data.publicUrl ?? `http://localhost:${data.port}`).origin;
  return { ...data, publicUrl, ldapBase: `dc=${data.org},dc=okta,dc=com` };
}

/** Whether only this computer can reach a listener on `host`. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
