import type { OidcConfig } from '@ldap-to-okta/auth-adapter';
import type { OidcApp } from '@ldap-to-okta/okta-tools';
import { failed, notChecked, ok, type Verdict, warning } from '../exam.ts';
import { ask } from '../network/ask.ts';
import type { Metadata } from './discovery.ts';
import { type Authorization, authorize, redirectUriOf, topicOf } from './oidc-client.ts';

/** What an org tells the app when nobody is signed in: all is well. */
const NOBODY_SIGNED_IN = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required'];

export interface RegisteredAs {
  readonly metadata: Metadata;
  readonly config: OidcConfig;
  /** As the API shows it, where a token is known. */
  readonly app: OidcApp | undefined;
  readonly timeoutMs: number;
}

/** Whether the org sends people back to this app; where not, which address it would take. */
export async function checkRedirectUri(authorization: Authorization, known: RegisteredAs): Promise<Verdict<void>> {
  const wanted = redirectUriOf(known.config);
  if (authorization.kind === 'no-answer') return authorization.verdict;
  if (authorization.kind === 'to-app') return judgeAnswer(authorization, wanted);
  const topic = topicOf(authorization);
  if (topic === 'client') return notChecked('the org does not know the client id');
  if (topic === 'unknown') {
    return failed(
      `the org answers the request with a page of its own (HTTP ${authorization.status}), which does not say that it is about the redirect URI`,
      'Open the app in a browser and read that page.',
    );
  }
  const registered = known.app?.settings.oauthClient.redirect_uris ?? (await registeredVariants(wanted, known));
  return failed(
    `${wanted} is not registered${registered.length === 0 ? '' : `; registered is ${registered.join(', ')}`}`,
    `Add it to the app's sign-in redirect URIs (npm run okta:app does), or set APP_BASE_URL to what is registered. Every letter counts.`,
  );
}

function judgeAnswer(
  { error, description }: Extract<Authorization, { kind: 'to-app' }>,
  wanted: string,
): Verdict<void> {
  const words = [error, description].filter((text) => text !== '').join(': ');
  if (error === '' || NOBODY_SIGNED_IN.includes(error)) return ok(undefined, `${wanted} is registered`);
  if (error === 'invalid_scope') {
    return failed(
      `the org does not give the scopes that are asked for (${words})`,
      'Correct OIDC_SCOPE, or add the scope to the authorization server.',
    );
  }
  if (error === 'access_denied') {
    return warning(
      undefined,
      `${wanted} is registered, and a policy refuses the request (${words})`,
      'Look at the access policies of the authorization server and at who is assigned to the app.',
    );
  }
  return failed(
    `${wanted} is registered, and the org refuses the request (${words})`,
    'Look at the settings of the app: a web app with the authorization code grant is needed.',
  );
}

/** Without the API, the usual mistakes are tried one by one. */
async function registeredVariants(
  wanted: string,
  { metadata, config, timeoutMs }: RegisteredAs,
): Promise<readonly string[]> {
  const answers = await Promise.all(
    variantsOf(wanted).map(async (uri) => [uri, await authorize(metadata, config, uri, timeoutMs)] as const),
  );
  return answers.flatMap(([uri, answer]) => (answer.kind === 'to-app' ? [uri] : []));
}

export function variantsOf(uri: string): readonly string[] {
  const slash = uri.endsWith('/') ? uri.slice(0, -1) : `${uri}/`;
  const names = ['localhost', '127.0.0.1'];
  const url = new URL(uri);
  const others = names.includes(url.hostname) ? names.filter((name) => name !== url.hostname) : [];
  const renamed = others.map((name) => uri.replace(`//${url.hostname}`, `//${name}`));
  const scheme = uri.startsWith('https:') ? uri.replace('https:', 'http:') : uri.replace('http:', 'https:');
  const usual =
    names.includes(url.hostname) && url.port !== '8080' ? [uri.replace(url.host, `${url.hostname}:8080`)] : [];
  return [slash, ...renamed, scheme, ...usual];
}

/** Whether people are sent back after signing out. */
export async function checkPostLogoutUri({ metadata, config, app, timeoutMs }: RegisteredAs): Promise<Verdict<void>> {
  const wanted = `${config.appBaseUrl}/`;
  const todo = `Add it to the app's sign-out redirect URIs, slash included (npm run okta:app does).`;
  if (app !== undefined) {
    const registered = app.settings.oauthClient.post_logout_redirect_uris ?? [];
    if (registered.includes(wanted)) return ok(undefined, `${wanted} is registered`);
    return failed(`${wanted} is not registered; registered is ${registered.join(', ') || 'none'}`, todo);
  }
  if (metadata.end_session_endpoint === undefined) return notChecked('this issuer has no address to sign out at');
  const url = new URL(metadata.end_session_endpoint);
  url.searchParams.set('client_id', config.clientId);
  url.searchParams.set('post_logout_redirect_uri', wanted);
  const asked = await ask({ url: url.href, timeoutMs });
  if (!asked.ok) return asked.verdict;
  const { status, text } = asked.answer;
  if (status < 400) return ok(undefined, `${wanted} is registered`);
  return /post_logout_redirect_uri/i.test(text) && !/id_token_hint/i.test(text)
    ? failed(`${wanted} is not registered`, todo)
    : notChecked('the org tells only somebody who is signed in; with OKTA_API_TOKEN the registration itself is read');
}
