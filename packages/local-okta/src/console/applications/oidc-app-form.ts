import type { App } from '../../directory/apps.ts';
import { type Html, html } from '../../http/page.ts';
import { settingsOf } from '../../oidc/clients.ts';
import { type OidcAppRequest, oidcAppSchema } from '../../oidc/oidc-apps.ts';
import type { Visit } from '../console-router.ts';
import { checkField, problemList, textArea, textField } from '../widgets/form-fields.ts';

/** What a person types about an OIDC app; addresses one in a line. */
export interface OidcAppForm {
  readonly label: string;
  readonly refreshToken: boolean;
  readonly redirectUris: string;
  readonly postLogoutRedirectUris: string;
}

export type ReadForm =
  | { readonly ok: true; readonly request: OidcAppRequest }
  | { readonly ok: false; readonly problems: readonly string[] };

const LABELS: Readonly<Record<string, string>> = {
  label: 'App integration name',
  redirect_uris: 'Sign-in redirect URIs',
  post_logout_redirect_uris: 'Sign-out redirect URIs',
};

export function formOf({ field }: Visit): OidcAppForm {
  return {
    label: field('label').trim(),
    refreshToken: field('refreshToken') !== '',
    redirectUris: field('redirectUris'),
    postLogoutRedirectUris: field('postLogoutRedirectUris'),
  };
}

export function formOfApp(app: App): OidcAppForm {
  const settings = settingsOf(app);
  return {
    label: app.label,
    refreshToken: settings.grantTypes.includes('refresh_token'),
    redirectUris: settings.redirectUris.join('\n'),
    postLogoutRedirectUris: settings.postLogoutRedirectUris.join('\n'),
  };
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The form in the shape of the API, judged by its schema. What the form does not ask, `app` keeps. */
export function readForm(form: OidcAppForm, app?: App): ReadForm {
  const before = app === undefined ? undefined : settingsOf(app);
  const kept = (before?.grantTypes ?? ['authorization_code']).filter((type) => type !== 'refresh_token');
  const result = oidcAppSchema.safeParse({
    name: 'oidc_client',
    label: form.label,
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { token_endpoint_auth_method: before?.tokenEndpointAuthMethod } },
    settings: {
      oauthClient: {
        redirect_uris: linesOf(form.redirectUris),
        post_logout_redirect_uris: linesOf(form.postLogoutRedirectUris),
        grant_types: [...kept, ...(form.refreshToken ? ['refresh_token'] : [])],
        application_type: before?.applicationType,
      },
    },
  });
  if (result.success) return { ok: true, request: result.data };
  return {
    ok: false,
    problems: result.error.issues.map(({ path, message }) => {
      const names = path.filter((part) => typeof part === 'string');
      const line = path.find((part) => typeof part === 'number');
      const name = LABELS[names.at(-1) ?? ''] ?? names.join('.');
      return `${name}${line === undefined ? '' : `, line ${line + 1}`}: ${message}`;
    }),
  };
}

/** The fields that creating and editing have in common. */
export function oidcAppFields(form: OidcAppForm, problems: readonly string[]): Html {
  return html`${problemList(problems)}
${textField({ name: 'label', label: 'App integration name', value: form.label, required: true })}
${checkField({
  name: 'refreshToken',
  label: 'Grant type: Refresh Token',
  checked: form.refreshToken,
  hint: 'Beside Authorization Code: for apps that ask for the scope offline_access',
})}
${textArea({
  name: 'redirectUris',
  label: 'Sign-in redirect URIs',
  value: form.redirectUris,
  hint: 'Where the browser comes back after the sign-in, one in a line. It must be what the app sends, to the letter.',
})}
${textArea({
  name: 'postLogoutRedirectUris',
  label: 'Sign-out redirect URIs',
  value: form.postLogoutRedirectUris,
  hint: 'Where the browser may go after the sign-out, one in a line, the slash at the end included',
})}`;
}
