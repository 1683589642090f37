import type { OidcConfig } from '@ldap-to-okta/auth-adapter';
import { type OidcApp, parseApp } from '@ldap-to-okta/okta-tools';
import { failed, notChecked, ok } from '../exam.ts';
import type { ModeExam } from '../mode-exam.ts';
import { reachWeb } from '../network/reach-web.ts';
import { checkDiscovery, checkKeys } from './discovery.ts';
import { authorize, checkClient, redirectUriOf } from './oidc-client.ts';
import { checkPostLogoutUri, checkRedirectUri } from './redirect-uris.ts';

/** AUTH_MODE=oidc, from the issuer to where people are sent back. Nobody is signed in, and nothing is kept. */
export function examineOidc({ exam, section, values, password, api, timeoutMs }: ModeExam, config: OidcConfig): void {
  const issuerFit = values.fit('OKTA_URL', 'ISSUER');
  const clientFit = values.fit('CLIENT_ID', 'CLIENT_SECRET', 'OIDC_SCOPE', 'APP_BASE_URL');
  const web = reachWeb({
    exam,
    section,
    id: 'oidc',
    url: config.issuer,
    fit: issuerFit,
    variable: 'ISSUER or OKTA_URL',
    start: 'npm start or AUTH_MODE=oidc docker compose up',
    timeoutMs,
  });
  const metadata = section.check('oidc.discovery', 'discovery', async (use) => {
    await use(web);
    return checkDiscovery(config.issuer, timeoutMs);
  });
  section.check('oidc.keys', 'signing keys', async (use) => checkKeys(await use(metadata), timeoutMs));

  const once = lazily(async (use: Parameters<Parameters<typeof section.check>[2]>[0]) =>
    authorize(await use(metadata), config, redirectUriOf(config), timeoutMs),
  );
  section.check('oidc.client', 'client id and secret', async (use) => {
    await use(clientFit);
    return checkClient(await use(metadata), config, await once(use), timeoutMs);
  });
  const app = async (): Promise<OidcApp | undefined> => {
    const known = await api.passed;
    if (!('value' in known)) return undefined;
    const answer = await known.value
      .call('GET', `/api/v1/apps/${encodeURIComponent(config.clientId)}`)
      .catch(() => undefined);
    return answer?.ok ? parseApp(answer.body) : undefined;
  };
  section.check('oidc.redirect-uri', 'redirect URI', async (use) => {
    await use(clientFit);
    const found = await use(metadata);
    return checkRedirectUri(await once(use), { metadata: found, config, app: await app(), timeoutMs });
  });
  section.check('oidc.post-logout-uri', 'post-logout URI', async (use) => {
    await use(clientFit);
    return checkPostLogoutUri({ metadata: await use(metadata), config, app: await app(), timeoutMs });
  });
  if (password !== undefined) {
    section.check('oidc.sign-in', 'own sign-in', async () =>
      notChecked("people type their password on Okta's page in this mode, and nowhere else"),
    );
  }
  section.check('oidc.scopes', 'scopes', async (use) => {
    await use(clientFit);
    const { scopes_supported: offered } = await use(metadata);
    if (offered === undefined) return notChecked('the issuer does not list its scopes');
    const missing = config.scope.split(/ +/).filter((scope) => !offered.includes(scope));
    return missing.length === 0
      ? ok(undefined, `${config.scope} are offered`)
      : failed(
          `${missing.join(', ')} is not offered; there is ${offered.join(', ')}`,
          'Correct OIDC_SCOPE, or add the scope to the authorization server.',
        );
  });
}

/** The same question once, whoever asks first. */
function lazily<A, T>(ask: (argument: A) => Promise<T>): (argument: A) => Promise<T> {
  let answer: Promise<T> | undefined;
  return (argument) => {
    answer ??= ask(argument);
    return answer;
  };
}
