import type { Context } from '../context.ts';
import { OIDC_APP } from './clients.ts';
import { changedOidcApp, newOidcApp, type OidcAppRequest, oidcAppSchema } from './oidc-apps.ts';

/** Where `@okta/oidc-middleware` wants the browser back; the tutorial's apps use it. */
const CALLBACK_PATH = '/authorization-code/callback';

/**
 * Makes the OIDC web app of the automatic set-up and assigns it to everybody, or brings it up to date. Twice is as good
 * as once. Without client credentials there is nothing to make: nobody would know them.
 */
export function ensureOidcApp({ config, directory }: Context): void {
  const { clientId, clientSecret, appUrls } = config.oidcApp;
  if (clientId === undefined || clientSecret === undefined) return;
  const request: OidcAppRequest = oidcAppSchema.parse({
    name: OIDC_APP,
    label: 'Directory tutorial',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { client_id: clientId, client_secret: clientSecret } },
    settings: {
      oauthClient: {
        redirect_uris: appUrls.map((url) => `${url}${CALLBACK_PATH}`),
        post_logout_redirect_uris: appUrls.map((url) => `${url}/`),
        grant_types: ['authorization_code', 'refresh_token'],
      },
    },
  });
  const present = directory.apps.get(clientId);
  if (present === undefined) directory.apps.create(newOidcApp(request));
  else if (present.name === OIDC_APP) directory.apps.update(clientId, changedOidcApp(present, request));
  directory.apps.assignGroup(clientId, directory.groups.everyone().id);
}
