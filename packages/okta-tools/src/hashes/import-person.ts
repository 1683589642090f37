import { z } from 'zod';
import type { ApiResult, OktaApi } from '../okta-api.ts';
import type { Person } from './directory-people.ts';
import type { OktaHash } from './okta-hash.ts';

/**
 * What becomes of a person:
 * - `imported`: there is an Okta user now who signs in with the password of the directory
 * - `hooked`: likewise, once the password import inline hook has judged the first sign-in
 * - `done-before`: an earlier run imported them
 * - `exists`: Okta has the user in a status in which it takes no hash
 * - `hook`: no hash for Okta, but the directory can judge the password: a case for the hook
 * - `no-password`: nothing in the directory that a password could fit
 * - `locked`, `must-change`: kept out by the directory, and not let in again by an import
 * - `incomplete`: without e-mail address or name; `duplicate`: shares the address with another entry
 * - `refused`: Okta does not take the user
 */
export type Outcome =
  | 'imported'
  | 'hooked'
  | 'done-before'
  | 'exists'
  | 'hook'
  | 'no-password'
  | 'locked'
  | 'must-change'
  | 'incomplete'
  | 'duplicate'
  | 'refused';

export interface PersonResult {
  readonly dn: string;
  readonly login: string | undefined;
  readonly outcome: Outcome;
  /** Why, where the outcome does not say it all: a scheme, a status, an error code. Never a hash. */
  readonly detail?: string;
}

export interface ImportOptions {
  /** Undefined: nobody looks whether the user exists already. */
  readonly api: OktaApi | undefined;
  readonly apply: boolean;
  /** People without a hash for Okta are made too, with the hook. */
  readonly withHook: boolean;
}

type Credential = { readonly hash: OktaHash } | { readonly hook: { readonly type: 'default' } };

/** Takes one person to Okta, or says why not. @throws ToolError when Okta itself fails */
export async function importPerson(person: Person, options: ImportOptions): Promise<PersonResult> {
  const { api, apply, withHook } = options;
  const result = (outcome: Outcome, detail?: string): PersonResult => ({
    dn: person.dn,
    login: person.mail,
    outcome,
    ...(detail === undefined ? {} : { detail }),
  });
  if (person.mail === undefined || person.firstName === undefined || person.lastName === undefined) {
    return result('incomplete', person.mail === undefined ? 'no mail' : 'no name');
  }
  if (person.state !== 'usable') return result(person.state);
  const { hash } = person;
  if (!hash.ok && (hash.reason === 'none' || hash.reason === 'malformed')) return result('no-password', detailOf(hash));
  if (!hash.ok && !withHook) return result('hook', detailOf(hash));
  const outcome = hash.ok ? 'imported' : 'hooked';
  const detail = detailOf(hash);
  const password: Credential = hash.ok ? { hash: hash.hash } : { hook: { type: 'default' } };
  if (api === undefined) return result(outcome, detail);

  const userPath = `/api/v1/users/${encodeURIComponent(person.mail)}`;
  if (!apply) {
    const found = await api.call('GET', userPath);
    return found.ok ? judgeExisting(found.body) : result(outcome, detail);
  }
  const created = await api.call('POST', '/api/v1/users?activate=true', {
    profile: { login: person.mail, email: person.mail, firstName: person.firstName, lastName: person.lastName },
    credentials: { password },
  });
  if (created.ok) return result(outcome, detail);
  // most likely a login that is taken; only a look at the user tells
  const found = await api.call('GET', userPath);
  if (!found.ok) return result('refused', reasonOf(created));
  const existing = judgeExisting(found.body);
  return existing.outcome === outcome ? completeStaged(found.body) : existing;

  function judgeExisting(body: unknown): PersonResult {
    const user = userSchema.safeParse(body).data;
    if (user?.status === 'STAGED') return result(outcome, detail);
    if (user?.credentials?.provider?.type === 'IMPORT') return result('done-before');
    return result('exists', [user?.status, user?.credentials?.provider?.type].filter(Boolean).join(', '));
  }

  /** The one status in which Okta takes a hash for a user that is there already. */
  async function completeStaged(body: unknown): Promise<PersonResult> {
    if (api === undefined) return result(outcome, detail);
    const { id } = userSchema.parse(body);
    const changed = await api.call('POST', `/api/v1/users/${id}`, { credentials: { password } });
    if (!changed.ok) return result('refused', reasonOf(changed));
    const activated = await api.call('POST', `/api/v1/users/${id}/lifecycle/activate?sendEmail=false`);
    return activated.ok ? result(outcome, detail) : result('refused', reasonOf(activated));
  }
}

const userSchema = z.object({
  id: z.string(),
  status: z.string(),
  credentials: z.object({ provider: z.object({ type: z.string() }).optional() }).optional(),
});

function detailOf(hash: Person['hash']): string {
  const scheme = hash.scheme === '' ? [] : [`{${hash.scheme}}`];
  return [...scheme, ...(hash.ok ? [] : [hash.reason])].join(' ');
}

const reasonOf = (result: ApiResult): string => (result.ok ? '' : [result.errorCode, ...result.causes].join('; '));
