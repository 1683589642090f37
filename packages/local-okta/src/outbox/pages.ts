import { html, page } from '../http/page.ts';

export interface PasswordForm {
  readonly token: string;
  readonly login: string;
  readonly problem?: string | undefined;
}

const RULES =
  'At least 8 characters, with a lowercase letter, an uppercase letter and a number; no part of your username.';

export function passwordPage({ token, login, problem }: PasswordForm): string {
  const note = problem === undefined ? '' : html`<p class="problem" role="alert" id="problem">${problem}</p>`;
  return page(
    'Set your password',
    html`<h1>Set your Okta password</h1>
<p>for <strong id="login">${login}</strong></p>
${note}
<form method="post" action="/reset_password">
<input type="hidden" name="token" value="${token}">
<input type="hidden" name="username" autocomplete="username" value="${login}">
<label for="password">New password</label>
<input id="password" name="password" type="password" autocomplete="new-password" required autofocus
 aria-describedby="rules">
<p class="note" id="rules">${RULES}</p>
<label for="confirmation">The same again</label>
<input id="confirmation" name="confirmation" type="password" autocomplete="new-password" required>
<button id="set-password">Set password</button>
</form>`,
  );
}

export function doneOnPage(login: string): string {
  return page(
    'Your password is set',
    html`<h1>Your password is set</h1>
<p>From now on <strong>${login}</strong> signs in with it. Go back to your app.</p>`,
  );
}

/** One text for links that were never good, are over, or were used. */
export function deadLinkPage(): string {
  return page(
    'This link is no longer good',
    html`<h1>This link is no longer good</h1>
<p>A link works once, and for a limited time. Ask your administrator for a new one.</p>`,
  );
}
