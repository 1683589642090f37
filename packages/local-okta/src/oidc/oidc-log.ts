import { createHash } from 'node:crypto';
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Context } from '../context.ts';
import { type LogActor, SYSTEM_ACTOR, userActor } from '../system-log/log-event.ts';

/**
 * What the events of one sign-in have in common, in Okta's `authnRequestId`. Okta's is made up; this one is a hash of the
 * request's `state`, so that an app can find its own sign-in and nobody else's. The state itself is a secret.
 */
export function authorizationRequest(state: unknown): { readonly authnRequestId?: string } {
  return typeof state === 'string'
    ? { authnRequestId: createHash('sha256').update(state).digest('base64url').slice(0, 22) }
    : {};
}

/** Notes in the System Log what an authorization server grants and refuses. Source: Okta, "Event types". */
export function logAuthorizations(provider: Provider, { systemLog, directory }: Context): void {
  function note(ctx: KoaContextWithOIDC, eventType: string, displayMessage: string, error?: Error): void {
    const { client, account, params, session } = ctx.oidc;
    const user = directory.users.get(account?.accountId ?? session?.accountId ?? '');
    const app = client && directory.apps.get(client.clientId);
    const target: LogActor[] = app
      ? [{ id: app.id, type: 'AppInstance', alternateId: null, displayName: app.label }]
      : [];
    systemLog.appendSoon({
      eventType,
      displayMessage,
      actor: user === undefined ? SYSTEM_ACTOR : userActor(user),
      target,
      outcome: error === undefined ? { result: 'SUCCESS' } : { result: 'FAILURE', reason: codeOf(error) },
      client: { ipAddress: ctx.req.socket.remoteAddress, userAgent: ctx.get('user-agent') },
      debugData: { requestUri: ctx.path.slice(0, 500), ...authorizationRequest(params?.state) },
    });
  }
  provider.on('authorization.success', (ctx) => note(ctx, 'app.oauth2.as.authorize.code', 'OAuth2 authorization code'));
  provider.on('authorization.error', (ctx, error) => note(ctx, 'app.oauth2.as.authorize', 'OAuth2 authorize', error));
  provider.on('grant.success', (ctx) => note(ctx, 'app.oauth2.as.token.grant', 'OAuth2 token request'));
  provider.on('grant.error', (ctx, error) => {
    // A device asks every few seconds until the person has decided.
    if (codeOf(error) === 'authorization_pending') return;
    note(ctx, 'app.oauth2.as.token.grant', 'OAuth2 token request', error);
  });
}

/** OAuth's code of an error, which never holds anything of the request. */
function codeOf(error: Error & { readonly error?: unknown }): string {
  return typeof error.error === 'string' ? error.error : 'server_error';
}
