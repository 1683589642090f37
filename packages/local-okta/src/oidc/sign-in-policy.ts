import { errors, interactionPolicy, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Directory } from '../directory/directory.ts';
import type { User } from '../directory/user.ts';

/** May a user of this status have a session? Everybody else is asked to sign in, which says why not. */
export function maySignIn(user: User | undefined): user is User {
  return user !== undefined && (user.status === 'ACTIVE' || user.status === 'PASSWORD_EXPIRED');
}

/** Why oidc-provider would ask for consent by itself. Okta does not, for an org's own apps. */
const CONSENT_CHECKS = [
  'native_client_prompt',
  'op_scopes_missing',
  'op_claims_missing',
  'rs_scopes_missing',
  'rar_prompt',
];

/** Asks for a sign-in; for consent only where a request says so, and then the sign-in page gives it at once. */
export function signInPolicy(directory: Directory): interactionPolicy.Prompt[] {
  const { base, Check } = interactionPolicy;
  const policy = base();
  for (const reason of CONSENT_CHECKS) policy.get('consent')?.checks.remove(reason);
  policy.get('login')?.checks.add(
    new Check('session_ended', 'the user of this session can no longer sign in', 'login_required', (ctx) => {
      const { accountId } = sessionOf(ctx);
      return accountId !== undefined && !maySignIn(directory.users.get(accountId));
    }),
  );
  return policy;
}

/**
 * The grant of an authorization request: everything that was asked for, if the app is assigned to the person.
 * @throws errors.AccessDenied with Okta's words when it is not
 */
export async function grantFor(
  ctx: KoaContextWithOIDC,
  provider: Provider,
  directory: Directory,
  audience: string,
): Promise<InstanceType<Provider['Grant']> | undefined> {
  const { client, params } = ctx.oidc;
  const { accountId } = sessionOf(ctx);
  if (client === undefined || accountId === undefined || !maySignIn(directory.users.get(accountId))) return undefined;
  if (!directory.apps.isAssigned(client.clientId, accountId)) {
    throw new errors.AccessDenied('User is not assigned to the client application.');
  }
  const grant = new provider.Grant({ accountId, clientId: client.clientId });
  const scope = typeof params?.scope === 'string' ? params.scope : 'openid';
  grant.addOIDCScope(scope);
  grant.addResourceScope(audience, scope);
  await grant.save();
  return grant;
}

function sessionOf(ctx: KoaContextWithOIDC): { readonly accountId?: string | undefined } {
  return ctx.oidc.session ?? {};
}

/**
 * OpenID Connect (Core, section 11) gives a refresh token only to a request with `prompt=consent`; Okta gives it to any
 * with `offline_access`. The request target with the prompt added where that is so.
 */
export function withOfflineConsent(target: string): string {
  const [path = '', query = ''] = target.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const prompts = parameters.get('prompt')?.split(' ') ?? [];
  if (!parameters.get('scope')?.split(' ').includes('offline_access') || prompts.includes('none')) return target;
  parameters.set('prompt', [...new Set([...prompts, 'consent'])].join(' '));
  return `${path}?${parameters}`;
}
