import type { OidcConfig } from './config.ts';
import type { EnvReader } from './env-reader.ts';
import { clientId, port, scopeList, secret } from './env-value.ts';
import { OKTA_URL_EXAMPLE, readOktaOrg } from './okta-org.ts';
import { issuerUrl, webOrigin } from './web-address.ts';

const DEFAULT_SCOPE = 'openid profile email';

/** Reads the variables of OpenID Connect sign-in. Undefined when the reader holds problems of them. */
export function readOidcConfig(reader: EnvReader): OidcConfig | undefined {
  const problemsBefore = reader.problems.length;
  const org = readOktaOrg(reader, ['ISSUER']);
  const issuer = reader.read('ISSUER', issuerUrl, {
    example: `${OKTA_URL_EXAMPLE}/oauth2/default`,
    fallback: org === undefined ? undefined : `${org.url}/oauth2/default`,
    optional: org === undefined,
  });
  const id = reader.read('CLIENT_ID', clientId, {
    example: '0oa8a1b2c3D4E5F6g5d7',
    whenMissing: "is not set; it stands on the app's page in the Admin Console.",
  });
  const clientSecret = reader.read('CLIENT_SECRET', secret, {
    example: 'the-secret-beside-the-client-id',
    secret: true,
    whenMissing: "is not set; it stands on the app's page in the Admin Console.",
  });
  const scope = reader.read('OIDC_SCOPE', scopeList, { example: DEFAULT_SCOPE, fallback: DEFAULT_SCOPE });
  const appBaseUrl = reader.read('APP_BASE_URL', webOrigin, {
    example: 'http://localhost:8080',
    fallback: `http://localhost:${portOf(reader)}`,
  });
  if (
    reader.problems.length > problemsBefore ||
    issuer === undefined ||
    id === undefined ||
    clientSecret === undefined ||
    scope === undefined ||
    appBaseUrl === undefined
  ) {
    return undefined;
  }
  return { mode: 'oidc', issuer, clientId: id, clientSecret, scope, appBaseUrl };
}

/** The app's own port, whose faults the app reports. */
function portOf(reader: EnvReader): number {
  return port.safeParse(reader.text('PORT') ?? '').data ?? 8080;
}
