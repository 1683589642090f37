import type { AdapterPayload } from 'oidc-provider';
import type { App } from '../directory/apps.ts';
import { DEVICE_GRANT } from './device-flow.ts';

/** The key of an OIDC client in Okta's catalogue of apps. */
export const OIDC_APP = 'oidc_client';

export const GRANT_TYPES = ['authorization_code', 'refresh_token', DEVICE_GRANT] as const;

/** `settings` of an OIDC app as stored. Source: Okta API, "Applications", OpenID Connect settings. */
export interface OidcAppSettings {
  readonly clientSecret: string;
  readonly tokenEndpointAuthMethod: 'client_secret_basic' | 'client_secret_post' | 'none';
  /** Missing in data of earlier versions, which knew web apps alone. */
  readonly applicationType?: 'web' | 'native';
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris: readonly string[];
  readonly grantTypes: readonly (typeof GRANT_TYPES)[number][];
}

export function settingsOf(app: App): OidcAppSettings {
  return app.settings as unknown as OidcAppSettings; // only apps-api.ts writes the settings of an oidc_client
}

/** An app as oidc-provider wants to see a client; undefined for other apps and for switched-off ones. */
export function clientOf(app: App | undefined): AdapterPayload | undefined {
  if (app?.name !== OIDC_APP || app.status !== 'ACTIVE') return undefined;
  const settings = settingsOf(app);
  return {
    client_id: app.id,
    client_name: app.label,
    ...(settings.tokenEndpointAuthMethod === 'none' ? {} : { client_secret: settings.clientSecret }),
    token_endpoint_auth_method: settings.tokenEndpointAuthMethod,
    redirect_uris: [...settings.redirectUris],
    post_logout_redirect_uris: [...settings.postLogoutRedirectUris],
    grant_types: [...settings.grantTypes],
    response_types: settings.grantTypes.includes('authorization_code') ? ['code'] : [],
    // Okta puts auth_time into every ID token.
    require_auth_time: true,
  };
}
