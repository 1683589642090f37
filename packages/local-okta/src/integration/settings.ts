import { z } from 'zod';
import { dnKey, isWithin } from '../dn-key.ts';

const attribute = z.string().regex(/^[A-Za-z][\w-]{0,99}$/, 'must be the name of an attribute');
const dn = z
  .string()
  .max(1000)
  .regex(/^\s*[A-Za-z][\w.-]*\s*=[^=]+/, 'must be a distinguished name, such as ou=users,dc=example,dc=org');
const filter = z.string().max(2000).refine(isBalancedFilter, 'must be an LDAP filter in parentheses');

const importOptions = z.strictObject({
  /** Which results are confirmed by themselves. By default a person confirms. */
  autoConfirmExact: z.boolean().default(false),
  autoConfirmPartial: z.boolean().default(false),
  autoConfirmNew: z.boolean().default(false),
  /** Users are ACTIVE after confirmation; otherwise STAGED. */
  autoActivate: z.boolean().default(false),
  /** A full import that would remove more than this share of the users stops before it. 100 switches it off. */
  safeguardPercent: z.number().min(0).max(100).default(20),
  /** What happens to the Okta user of an entry that is gone from, or disabled in, the directory. */
  onRemoval: z.enum(['nothing', 'deactivate', 'suspend']).default('deactivate'),
  /** How far the clocks of the directory's servers and of Okta may be apart, for incremental imports. */
  clockSkewSeconds: z.number().int().min(0).max(3600).default(2),
});

const schema = z.strictObject({
  ldapVersion: z.enum(['OpenLDAP']).default('OpenLDAP'),
  uniqueIdAttribute: attribute.default('entryuuid'),
  userSearchBase: dn,
  userObjectClass: attribute.default('inetorgperson'),
  /** What is asked for. Left out, it is everything of the class. */
  userObjectFilter: filter.optional(),
  groupSearchBase: dn,
  groupObjectClass: attribute.default('posixgroup'),
  groupObjectFilter: filter.optional(),
  /** Holds the members: as DNs, or as values of `uid` (RFC 2307). */
  memberAttribute: attribute.default('memberuid'),
  /** `email`: the value of the email attribute. `custom`: `customUsername`. */
  usernameFormat: z.enum(['email', 'custom']).default('email'),
  /** Attributes in braces: `{uid}@example.com`. */
  customUsername: z.string().max(500).optional(),
  exampleUsername: z.string().max(320).default(''),
  /** Attributes of the Okta profile, and where they come from. */
  mapping: z.record(z.string().regex(/^[A-Za-z]\w{0,99}$/), attribute).default({
    email: 'mail',
    firstName: 'givenname',
    lastName: 'sn',
    displayName: 'displayname',
    mobilePhone: 'mobile',
  }),
  delegatedAuthentication: z.boolean().default(true),
  /** Users are made at their first sign-in. Needs delegated authentication. */
  justInTime: z.boolean().default(true),
  /** "Allow LDAP to source Okta users": profiles are the directory's, and imports bring them up to date. */
  sourcesProfiles: z.boolean().default(true),
  import: importOptions.prefault({}),
});

const withFilters = schema.transform((settings) => ({
  ...settings,
  userObjectFilter: settings.userObjectFilter ?? `(objectclass=${settings.userObjectClass})`,
  groupObjectFilter: settings.groupObjectFilter ?? `(objectclass=${settings.groupObjectClass})`,
}));

/** How a directory becomes users and groups. Source: Okta help, "Configure LDAP integration settings". */
export type IntegrationSettings = Readonly<z.output<typeof withFilters>>;

export interface SettingsProblem {
  readonly setting: string;
  readonly problem: string;
}

export type SettingsResult =
  | { readonly ok: true; readonly settings: IntegrationSettings }
  | { readonly ok: false; readonly problems: readonly SettingsProblem[] };

/** Judges settings as a person typed them: every problem at once. */
export function parseSettings(input: unknown, root: string): SettingsResult {
  const result = withFilters.safeParse(input);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => ({
      setting: path.join('.') || 'settings',
      problem: message,
    }));
    return { ok: false, problems };
  }
  const { data } = result;
  const problems: SettingsProblem[] = [];
  for (const setting of ['userSearchBase', 'groupSearchBase'] as const) {
    if (!isWithin(data[setting], root))
      problems.push({ setting, problem: `must lie below ${root}, the agent's LDAP_ROOT` });
  }
  if (data.usernameFormat === 'custom' && !/\{[A-Za-z][\w-]*\}/.test(data.customUsername ?? '')) {
    problems.push({
      setting: 'customUsername',
      problem: 'must name an attribute in braces, such as {uid}@example.com',
    });
  }
  for (const needed of ['email', 'firstName', 'lastName']) {
    if (data.mapping[needed] === undefined) {
      problems.push({ setting: `mapping.${needed}`, problem: 'is missing: every Okta user has it' });
    }
  }
  if ('login' in data.mapping) problems.push({ setting: 'mapping.login', problem: 'follows from usernameFormat' });
  if (data.justInTime && !data.delegatedAuthentication) {
    problems.push({ setting: 'justInTime', problem: 'needs delegatedAuthentication' });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, settings: data };
}

/** The tutorial's values for a directory whose tree starts at `root`. */
export function defaultSettings(root: string): IntegrationSettings {
  return withFilters.parse({
    userSearchBase: `ou=users,${root}`,
    groupSearchBase: `ou=groups,${root}`,
    exampleUsername: dnKey(root) === 'dc=example,dc=org' ? 'user01@example.com' : '',
  });
}

function isBalancedFilter(text: string): boolean {
  if (!/^\(.+\)$/s.test(text.trim())) return false;
  let depth = 0;
  for (const character of text.trim().replace(/\\[0-9a-fA-F]{2}/g, '')) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
