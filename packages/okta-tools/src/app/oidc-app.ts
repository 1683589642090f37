import { z } from 'zod';
import type { OktaApi } from '../okta-api.ts';
import { ToolError } from '../tool-error.ts';
import type { AppAddresses, AppOptions } from './app-options.ts';

/** An OIDC app as Okta shows it. Fields that are not named here go back as they came. Source: Okta API, "Applications". */
const appSchema = z.looseObject({
  id: z.string(),
  label: z.string(),
  status: z.string(),
  signOnMode: z.string(),
  credentials: z
    .looseObject({
      oauthClient: z
        .looseObject({
          client_id: z.string().optional(),
          client_secret: z.string().optional(),
          token_endpoint_auth_method: z.string().optional(),
        })
        .prefault({}),
    })
    .prefault({}),
  settings: z
    .looseObject({
      oauthClient: z
        .looseObject({
          redirect_uris: z.array(z.string()).nullish(),
          post_logout_redirect_uris: z.array(z.string()).nullish(),
          response_types: z.array(z.string()).nullish(),
          grant_types: z.array(z.string()).nullish(),
          application_type: z.string().nullish(),
        })
        .prefault({}),
    })
    .prefault({}),
});

export type OidcApp = z.output<typeof appSchema>;

export const parseApp = (body: unknown): OidcApp => {
  const app = appSchema.safeParse(body);
  if (app.success) return app.data;
  throw new ToolError('not-okta', "The answer is not an app as Okta's API shows one.", { cause: app.error });
};

export const clientIdOf = (app: OidcApp): string => app.credentials.oauthClient.client_id ?? app.id;

/**
 * The OIDC app of this label, or undefined. Labels are not unique in Okta; of several, the one whose client id is known.
 * @throws ToolError `ambiguous`, `unsuitable-app`
 */
export async function findApp(api: OktaApi, label: string, clientId: string | undefined): Promise<OidcApp | undefined> {
  const listed = await api.list(`/api/v1/apps?q=${encodeURIComponent(label)}&limit=200`);
  const candidates = listed.flatMap((item) => {
    const app = appSchema.safeParse(item);
    return app.success && app.data.label === label && app.data.signOnMode === 'OPENID_CONNECT' ? [app.data] : [];
  });
  const found = candidates.length > 1 ? candidates.find((app) => clientIdOf(app) === clientId) : candidates[0];
  if (found === undefined && candidates.length > 1) {
    const ids = candidates.map(clientIdOf).join(', ');
    throw new ToolError(
      'ambiguous',
      `${candidates.length} OIDC apps have the label '${label}' (${ids}): put the CLIENT_ID of the right one into the file, or choose another --label.`,
    );
  }
  if (found === undefined) return undefined;
  const app = parseApp(await api.must('GET', `/api/v1/apps/${found.id}`));
  assertSuitable(app);
  return app;
}

function assertSuitable({ label, status, settings, credentials }: OidcApp): void {
  const { application_type: type } = settings.oauthClient;
  const method = credentials.oauthClient.token_endpoint_auth_method ?? 'client_secret_basic';
  const problem =
    status === 'INACTIVE'
      ? 'is deactivated; activate it'
      : type !== undefined && type !== null && type !== 'web'
        ? `is of type ${type}, and a web app is needed; rename it`
        : !method.startsWith('client_secret_')
          ? `has no client secret (${method}); rename it`
          : undefined;
  if (problem === undefined) return;
  throw new ToolError('unsuitable-app', `The app '${label}' ${problem}, or choose another --label.`);
}

export async function createApp(api: OktaApi, options: AppAddresses & Pick<AppOptions, 'label'>): Promise<OidcApp> {
  const body = {
    name: 'oidc_client',
    label: options.label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: 'client_secret_basic', autoKeyRotation: true } },
    settings: {
      oauthClient: {
        redirect_uris: [options.redirectUri],
        post_logout_redirect_uris: [options.postLogoutRedirectUri],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        application_type: 'web',
      },
    },
  };
  return parseApp(await api.must('POST', '/api/v1/apps', body));
}

/** What the app lacks, each with the list it belongs to. */
export function missingIn({ settings: { oauthClient } }: OidcApp, options: AppAddresses) {
  const lacks = (list: readonly string[] | null | undefined, value: string): readonly string[] =>
    list?.includes(value) === true ? [] : [value];
  return {
    redirect_uris: lacks(oauthClient.redirect_uris, options.redirectUri),
    post_logout_redirect_uris: lacks(oauthClient.post_logout_redirect_uris, options.postLogoutRedirectUri),
    response_types: lacks(oauthClient.response_types, 'code'),
    grant_types: lacks(oauthClient.grant_types, 'authorization_code'),
  } as const;
}

export type Missing = ReturnType<typeof missingIn>;

/** Adds what is missing behind what is there. The API replaces an app as a whole, so all of it goes back. */
export async function addMissing(api: OktaApi, app: OidcApp, missing: Missing): Promise<OidcApp> {
  const { id, status: _status, created: _created, lastUpdated: _lastUpdated, _links, _embedded, ...rest } = app;
  // not sent, the secret stays what it is
  const { client_secret: _secret, ...oauthCredentials } = app.credentials.oauthClient;
  const { oauthClient } = app.settings;
  const body = {
    ...rest,
    credentials: { ...app.credentials, oauthClient: oauthCredentials },
    settings: {
      ...app.settings,
      oauthClient: {
        ...oauthClient,
        redirect_uris: [...(oauthClient.redirect_uris ?? []), ...missing.redirect_uris],
        post_logout_redirect_uris: [
          ...(oauthClient.post_logout_redirect_uris ?? []),
          ...missing.post_logout_redirect_uris,
        ],
        response_types: [...(oauthClient.response_types ?? []), ...missing.response_types],
        grant_types: [...(oauthClient.grant_types ?? []), ...missing.grant_types],
      },
    },
  };
  return parseApp(await api.must('PUT', `/api/v1/apps/${id}`, body));
}
