import type { OidcConfig } from './config.ts';
import type { OidcConnection } from './oidc-connection.ts';
import type { OidcProvider } from './oidc-provider.ts';
import type { SignedIn } from './oidc-session.ts';

/** Milliseconds that the provider may hold up a sign-out: to be found, and to revoke. */
const LIMIT_MS = 2_000;

/**
 * Revokes the access token, which the provider would otherwise honour until it expires, and returns the address that
 * ends the session at the provider. Neither a refusal nor silence of the provider keeps anybody from signing out here.
 */
export async function endSessionUrl(
  connection: OidcConnection,
  signedIn: SignedIn | undefined,
  config: OidcConfig,
): Promise<string | undefined> {
  if (signedIn === undefined) {
    return undefined;
  }
  const provider = await unlessSlow(connection.provider());
  if (provider === undefined) {
    return undefined;
  }
  await unlessSlow(revoke(provider, signedIn));
  const { client } = provider;
  return client.issuer.end_session_endpoint === undefined
    ? undefined
    : client.endSessionUrl({
        // An expired one too: a provider should accept it while its session lives (RP-Initiated Logout 1.0 section 2).
        id_token_hint: signedIn.idToken,
        // Compared letter by letter with what the app is registered with, slash included.
        post_logout_redirect_uri: `${config.appBaseUrl}/`,
      });
}

async function revoke({ client }: OidcProvider, { accessToken }: SignedIn): Promise<void> {
  if (accessToken !== undefined && client.issuer.revocation_endpoint !== undefined) {
    await client.revoke(accessToken, 'access_token');
  }
}

/** What was promised, or undefined when it fails or takes too long. */
function unlessSlow<T>(promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const limit = setTimeout(resolve, LIMIT_MS, undefined).unref();
    promise.then(resolve, () => resolve(undefined)).finally(() => clearTimeout(limit));
  });
}
