import { type Html, html } from './html.ts';
import { explained, renderPage, type Site } from './layout.ts';

export interface LoginPageOptions {
  readonly csrfToken: string;
  readonly usernameExample: string;
  /** What was typed before, to be corrected. Never the password. */
  readonly username?: string;
  /** Why the form is shown again. */
  readonly problem?: string;
  readonly notice?: string;
}

/** One sentence for every refusal, so that nobody learns which names exist or which accounts are locked. */
export const REFUSED = 'That user name and password do not work. Check both and try again.';
export const MALFORMED = 'Type a user name and a password of ordinary length.';

export function loginPage(site: Site, options: LoginPageOptions): string {
  const { csrfToken, usernameExample, username = '', problem, notice } = options;
  const invalid = problem === undefined ? undefined : html` aria-invalid="true"`;
  return renderPage(site, {
    title: problem === undefined ? 'Sign in' : 'Sign-in failed',
    body: html`<div class="card">
<h1>Sign in</h1>
${problem && html`<p class="problem" id="problem" role="alert">${problem}</p>`}
${problem && explained(site)}
${notice && html`<p class="notice" role="status">${notice}</p>`}
<form method="post" action="/login">
<input type="hidden" name="_csrf" value="${csrfToken}">
<div class="field">
<label for="username">User name</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none"
 spellcheck="false" maxlength="256" required aria-describedby="${described('username-hint', problem)}"${invalid}${autofocus(username === '')}>
<p class="hint" id="username-hint">For example ${usernameExample}</p>
</div>
<div class="field">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required${problem && html` aria-describedby="problem"`}${invalid}${autofocus(username !== '')}>
</div>
<button type="submit" id="login-button">Sign in</button>
</form>
</div>`,
  });
}

function described(hint: string, problem: string | undefined): string {
  return problem === undefined ? hint : `problem ${hint}`;
}

function autofocus(when: boolean): Html | undefined {
  return when ? html` autofocus` : undefined;
}
