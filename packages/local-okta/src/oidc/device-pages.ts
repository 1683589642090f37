import { type Html, html, page } from '../http/page.ts';

/** Where a person types the code of a device. */
export function activatePage(problem?: string, code = ''): string {
  const note = problem === undefined ? '' : html`<p class="problem" role="alert" id="problem">${problem}</p>`;
  return page(
    'Activate your device',
    html`<h1>Activate your device</h1>
<p>Follow the instructions on your device to get an activation code.</p>
${note}
<form method="get" action="/activate">
<label for="user_code">Activation code</label>
<input id="user_code" name="user_code" value="${code}" autocomplete="off" autocapitalize="characters" required autofocus>
<button id="next">Next</button>
</form>`,
  );
}

export interface DeviceConfirmation {
  readonly action: string;
  /** The token against forgery that the browser's session holds. */
  readonly xsrf: string;
  readonly app: string;
  readonly code: string;
  /** Who is signed in already; everybody else is asked to sign in next. */
  readonly login: string | undefined;
}

/** Nobody is to let somebody else's device in without noticing (RFC 8628 section 5.4). */
export function confirmPage({ action, xsrf, app, code, login }: DeviceConfirmation): string {
  const who: Html = login === undefined ? html`` : html`<p>You are signed in as <strong>${login}</strong>.</p>`;
  return page(
    'Allow access',
    html`<h1>Let a device sign in</h1>
<p><strong>${app}</strong> on a device wants to sign in as you. Allow it only if your device shows this code:</p>
<p><strong id="user-code">${code}</strong></p>
${who}
<form method="post" action="${action}">
<input type="hidden" name="xsrf" value="${xsrf}"><input type="hidden" name="user_code" value="${code}">
<button name="confirm" value="yes" id="allow">Allow Access</button>
<button name="abort" value="yes" id="deny">Don't Allow</button>
</form>`,
  );
}
