import { randomBytes } from 'node:crypto';
import { CALLBACK_PATH, type OidcConfig } from '@ldap-to-okta/auth-adapter';
import { z } from 'zod';
import { failed, notChecked, ok, type Verdict } from '../exam.ts';
import { ask, jsonOf } from '../network/ask.ts';
import type { Metadata } from './discovery.ts';

/** What an authorization request without a person brought. */
export type Authorization =
  /** Sent back to the app: the client and the redirect URI are registered. `error` is what it was told. */
  | { readonly kind: 'to-app'; readonly error: string; readonly description: string }
  /** An error page for the person: nobody is sent anywhere. */
  | { readonly kind: 'page'; readonly status: number; readonly text: string }
  | { readonly kind: 'no-answer'; readonly verdict: Verdict<never> };

/**
 * Asks as the app would, with `prompt=none`: nobody signs in, nothing is kept. An org that knows client and redirect URI
 * answers to the app (RFC 6749 section 4.1.2.1); else it must not, and shows a page.
 */
export async function authorize(
  metadata: Metadata,
  config: OidcConfig,
  redirectUri: string,
  timeoutMs: number,
): Promise<Authorization> {
  const url = new URL(metadata.authorization_endpoint);
  const challenge = randomBytes(32).toString('base64url');
  for (const [name, value] of Object.entries({
    client_id: config.clientId,
    response_type: 'code',
    scope: config.scope,
    redirect_uri: redirectUri,
    prompt: 'none',
    state: 'doctor',
    nonce: 'doctor',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  })) {
    url.searchParams.set(name, value);
  }
  const asked = await ask({ url: url.href, timeoutMs });
  if (!asked.ok) return { kind: 'no-answer', verdict: asked.verdict };
  const { status, headers, text } = asked.answer;
  const { location = '' } = headers;
  if (status >= 300 && status < 400 && location.startsWith(redirectUri)) {
    const { searchParams } = new URL(location);
    return {
      kind: 'to-app',
      error: searchParams.get('error') ?? '',
      description: searchParams.get('error_description') ?? '',
    };
  }
  return { kind: 'page', status, text };
}

export const redirectUriOf = ({ appBaseUrl }: OidcConfig): string => `${appBaseUrl}${CALLBACK_PATH}`;

const errorSchema = z.object({ error: z.string(), error_description: z.string().optional() });
// Okta: "Invalid value for 'client_id' parameter.", the quotes escaped in some way; the page may repeat the request
const ABOUT_CLIENT = /invalid_client|invalid value for [^<>]{0,8}client_id|client_id[^<>]{0,20} is invalid/i;
const ABOUT_REDIRECT = /redirect_uri|redirect uri/i;

/** What a page for the person is about, by its words. */
export function topicOf(authorization: Authorization): 'client' | 'redirect-uri' | 'unknown' | undefined {
  if (authorization.kind !== 'page') return undefined;
  if (ABOUT_CLIENT.test(authorization.text)) return 'client';
  return ABOUT_REDIRECT.test(authorization.text) ? 'redirect-uri' : 'unknown';
}

/**
 * Whether id and secret belong together, by asking about a token that does not exist: with the right secret that is
 * answered, with a wrong one it is refused before anybody looks (RFC 7662 section 2).
 */
export async function checkClient(
  metadata: Metadata,
  config: OidcConfig,
  authorization: Authorization,
  timeoutMs: number,
): Promise<Verdict<void>> {
  if (topicOf(authorization) === 'client') {
    return failed(
      `the org knows no active app with the client id ${config.clientId}`,
      "Compare CLIENT_ID with the app's page in the Admin Console, or register one: npm run okta:app",
    );
  }
  if (metadata.introspection_endpoint === undefined) return notChecked('this issuer answers no questions about tokens');
  const credentials = [config.clientId, config.clientSecret].map(encodeURIComponent).join(':');
  const asked = await ask({
    method: 'POST',
    url: metadata.introspection_endpoint,
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'token=no-such-token&token_type_hint=access_token',
    timeoutMs,
  });
  if (!asked.ok) return asked.verdict;
  const { status, text } = asked.answer;
  if (status === 200) return ok(undefined, `client ${config.clientId} and its secret are accepted`);
  const error = errorSchema.safeParse(jsonOf(text));
  const words = error.success
    ? [error.data.error, error.data.error_description].filter(Boolean).join(': ')
    : 'no reason given';
  if (status === 401 || (error.success && error.data.error === 'invalid_client')) {
    return failed(
      `client id and secret are refused (${words})`,
      "Compare CLIENT_SECRET with the app's page in the Admin Console, or have a new one made; npm run okta:app writes both.",
    );
  }
  if (status === 429)
    return failed('the rate limit of the org is used up (HTTP 429)', 'Wait a minute and run this again.');
  return failed(
    `the question was not understood (HTTP ${status}, ${words})`,
    'Is ISSUER an authorization server of Okta?',
  );
}
