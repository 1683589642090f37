import type { ErrorOut, KoaContextWithOIDC } from 'oidc-provider';
import { html, LEAVING_PAGE_POLICY, page, trustedHtml } from '../http/page.ts';

export interface SignInForm {
  readonly action: string;
  /** Which app is waiting. */
  readonly app: string;
  readonly username?: string | undefined;
  readonly remember?: boolean | undefined;
  readonly problem?: string | undefined;
}

export function signInPage({ action, app, username = '', remember = false, problem }: SignInForm): string {
  const note = problem === undefined ? '' : html`<p class="problem" role="alert" id="problem">${problem}</p>`;
  return page(
    'Sign in',
    html`<h1>Sign in</h1>
<p>to go on to <strong>${app}</strong></p>
${note}
<form method="post" action="${action}">
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" value="${username}" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<input id="remember" name="remember" type="checkbox" value="yes"${remember ? trustedHtml(' checked') : ''}><label
 class="choice" for="remember">Keep me signed in</label>
<div>
<button name="decision" value="sign-in" id="sign-in">Sign in</button>
<button name="decision" value="cancel" id="cancel" formnovalidate>Cancel</button>
</div>
</form>`,
  );
}

export function messagePage(title: string, text: string): string {
  return page(title, html`<h1>${title}</h1><p>${text}</p>`);
}

function answer(ctx: KoaContextWithOIDC, body: string): void {
  ctx.type = 'html';
  ctx.set('content-security-policy', LEAVING_PAGE_POLICY);
  ctx.body = body;
}

/** Okta ends the session without asking; oidc-provider's form, which has the token against forgery, sends itself. */
export function endSessionPage(ctx: KoaContextWithOIDC, form: string): void {
  answer(
    ctx,
    page(
      'Signing out',
      html`<h1>Signing out</h1>
${trustedHtml(form)}
<button form="op.logoutForm" name="logout" value="yes">Sign out</button>`,
      { sendForm: true },
    ),
  );
}

export function signedOutPage(ctx: KoaContextWithOIDC): void {
  answer(ctx, messagePage('Signed out', 'You are signed out. You can close this page.'));
}

/** An authorization request that cannot be answered to the app: the person reads why. */
export function errorPage(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  answer(
    ctx,
    page(
      'This request cannot be carried out',
      html`<h1>This request cannot be carried out</h1>
<p>The app sent a request that this org does not accept.</p>
<dl>
<dt>Error</dt><dd id="error">${out.error}</dd>
<dt>Description</dt><dd id="error-description">${out.error_description ?? ''}</dd>
</dl>`,
    ),
  );
}
