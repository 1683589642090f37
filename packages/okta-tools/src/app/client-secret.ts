import { z } from 'zod';
import type { OktaApi } from '../okta-api.ts';
import { ToolError } from '../tool-error.ts';
import { clientIdOf, type OidcApp } from './oidc-app.ts';

const secretSchema = z.object({
  client_secret: z.string().min(1).optional(),
  status: z.string().default('ACTIVE'),
  created: z.string().default(''),
});

/** Okta keeps two, so that one can be changed without a pause. Source: Okta, "Client secret rotation". */
const MOST = 2;

export interface KnownClient {
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
}

/** Where the secret of an app comes from: shown with it, known already, or to be asked for. */
export function knownSecret(app: OidcApp, known: KnownClient): string | undefined {
  const kept = known.clientId === clientIdOf(app) ? known.clientSecret : undefined;
  return app.credentials.oauthClient.client_secret ?? (kept || undefined);
}

/**
 * A secret of an app that does not show it: one of its list where the org shows them, else a new one beside the old,
 * which goes on working for whoever uses it.
 * @throws ToolError
 */
export async function fetchSecret(
  api: OktaApi,
  app: OidcApp,
): Promise<{ readonly secret: string; readonly made: boolean }> {
  const path = `/api/v1/apps/${app.id}/credentials/secrets`;
  const secrets = (await api.list(path)).flatMap((item) => secretSchema.safeParse(item).data ?? []);
  const newest = secrets
    .filter(({ status, client_secret }) => status === 'ACTIVE' && client_secret !== undefined)
    .sort((one, other) => other.created.localeCompare(one.created))[0]?.client_secret;
  if (newest !== undefined) return { secret: newest, made: false };
  if (secrets.length >= MOST) {
    throw new ToolError(
      'unsuitable-app',
      `The app '${app.label}' has ${secrets.length} client secrets that the org does not show, and Okta allows no third: delete the unused one on the app's page in the Admin Console, or put the known one into the file as CLIENT_SECRET beside CLIENT_ID=${clientIdOf(app)}.`,
    );
  }
  const { client_secret: secret } = secretSchema.parse(await api.must('POST', path, {}));
  if (secret === undefined) throw new ToolError('not-okta', 'The org made a client secret and did not tell it.');
  return { secret, made: true };
}
