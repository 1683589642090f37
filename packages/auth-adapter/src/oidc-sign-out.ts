import type { OidcConfig } from './config.ts';
import type { OidcProvider } from './oidc-provider.ts';
import type { SignedIn } from './oidc-session.ts';

/** Milliseconds that revoking may hold up a sign-out. */
const REVOCATION_LIMIT_MS = 2_000;

/**
 * Revokes the access token, which the provider would otherwise honour until it expires, and returns the address that
 * ends the session at the provider. Neither a refusal nor silence of the provider keeps anybody from signing out here.
 */
export async function endSessionUrl(
  { client }: OidcProvider,
  signedIn: SignedIn,
  { appBaseUrl }: OidcConfig,
): Promise<string | undefined> {
  if (signedIn.accessToken !== undefined && client.issuer.revocation_endpoint !== undefined) {
    const revoked = client.revoke(signedIn.accessToken, 'access_token').catch(() => undefined);
    await Promise.race([revoked, limit(REVOCATION_LIMIT_MS)]);
  }
  return client.issuer.end_session_endpoint === undefined
    ? undefined
    : client.endSessionUrl({
        id_token_hint: signedIn.idToken,
        // Compared letter by letter with what the app is registered with, slash included.
        post_logout_redirect_uri: `${appBaseUrl}/`,
      });
}

function limit(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
