import { z } from 'zod';
import type { App, NewApp } from '../directory/apps.ts';
import { ID_PREFIX, newId, randomBase62 } from '../ids.ts';
import { GRANT_TYPES, OIDC_APP, type OidcAppSettings, settingsOf } from './clients.ts';
import { DEVICE_GRANT } from './device-flow.ts';

/** A redirect URI must match to the letter, so nothing in it is left to interpretation. */
const redirectUri = z
  .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
  .max(2000)
  .refine((uri) => !uri.includes('#'), 'must have no fragment');

/** Source: Okta API, "Applications", OpenID Connect. What a migration needs: web apps, and apps on devices. */
export const oidcAppSchema = z.object({
  name: z.literal('oidc_client'),
  label: z.string().min(1, 'must not be empty').max(100, 'must have at most 100 characters'),
  signOnMode: z.literal('OPENID_CONNECT'),
  credentials: z
    .object({
      oauthClient: z.object({
        client_id: z
          .string()
          .regex(/^[\w-]{6,100}$/, 'must be 6 to 100 letters, digits, - or _')
          .optional(),
        client_secret: z
          .string()
          .regex(/^[\x21-\x7e]{14,100}$/, 'must be 14 to 100 printable ASCII characters')
          .optional(),
        token_endpoint_auth_method: z
          .enum(['client_secret_basic', 'client_secret_post', 'none'])
          .default('client_secret_basic'),
      }),
    })
    .prefault({ oauthClient: {} }),
  settings: z.object({
    oauthClient: z
      .object({
        redirect_uris: z.array(redirectUri).max(50).default([]),
        post_logout_redirect_uris: z.array(redirectUri).max(50).default([]),
        response_types: z.tuple([z.literal('code')]).default(['code']),
        grant_types: z
          .array(z.enum(GRANT_TYPES))
          .refine(
            (types) => types.includes('authorization_code') || types.includes(DEVICE_GRANT),
            `must include authorization_code or ${DEVICE_GRANT}`,
          )
          .default(['authorization_code']),
        application_type: z.enum(['web', 'native']).default('web'),
      })
      .refine(
        ({ redirect_uris, grant_types }) => redirect_uris.length > 0 || !grant_types.includes('authorization_code'),
        { path: ['redirect_uris'], error: 'must have a URI for authorization_code' },
      ),
  }),
});

export type OidcAppRequest = z.output<typeof oidcAppSchema>;

/** A new OIDC app: id and secret are made up unless given. In Okta the client id is the app's id. */
export function newOidcApp(request: OidcAppRequest): NewApp {
  const { client_id, client_secret } = request.credentials.oauthClient;
  return {
    id: client_id ?? newId(ID_PREFIX.app),
    name: OIDC_APP,
    label: request.label,
    signOnMode: 'OPENID_CONNECT',
    settings: { ...settingsFrom(request, client_secret ?? randomBase62(64)) },
  };
}

/** A changed OIDC app keeps its secret unless a new one is given. */
export function changedOidcApp(app: App, request: OidcAppRequest): Pick<App, 'label' | 'settings'> {
  const secret = request.credentials.oauthClient.client_secret ?? settingsOf(app).clientSecret;
  return { label: request.label, settings: { ...settingsFrom(request, secret) } };
}

function settingsFrom(request: OidcAppRequest, clientSecret: string): OidcAppSettings {
  const { redirect_uris, post_logout_redirect_uris, grant_types, application_type } = request.settings.oauthClient;
  return {
    clientSecret,
    tokenEndpointAuthMethod: request.credentials.oauthClient.token_endpoint_auth_method,
    redirectUris: redirect_uris,
    postLogoutRedirectUris: post_logout_redirect_uris,
    grantTypes: grant_types,
    applicationType: application_type,
  };
}

/** What the API shows of an OIDC app beside the fields of every app. */
export function oidcAppView(app: App) {
  const settings = settingsOf(app);
  return {
    credentials: {
      oauthClient: {
        autoKeyRotation: true,
        client_id: app.id,
        ...(settings.tokenEndpointAuthMethod === 'none' ? {} : { client_secret: settings.clientSecret }),
        token_endpoint_auth_method: settings.tokenEndpointAuthMethod,
      },
    },
    settings: {
      oauthClient: {
        redirect_uris: settings.redirectUris,
        post_logout_redirect_uris: settings.postLogoutRedirectUris,
        response_types: ['code'],
        grant_types: settings.grantTypes,
        application_type: settings.applicationType ?? 'web',
      },
    },
  };
}
