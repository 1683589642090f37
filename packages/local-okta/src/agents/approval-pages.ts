import { type Html, html, page } from '../http/page.ts';

export interface FormSecrets {
  readonly code: string;
  readonly csrf: string;
}

function hidden({ code, csrf }: FormSecrets): Html {
  return html`<input type="hidden" name="code" value="${code}"><input type="hidden" name="csrf" value="${csrf}">`;
}

export function signInPage(form: FormSecrets, problem?: string, login = ''): string {
  const note = problem === undefined ? html`` : html`<p class="problem" role="alert" id="problem">${problem}</p>`;
  return page(
    'Sign in',
    html`<h1>Sign in as an administrator</h1>
<p>An LDAP agent asks to be connected to this org. Sign in to decide.</p>
${note}
<form method="post" action="/oauth2/auth">
${hidden(form)}
<label for="username">Username</label>
<input id="username" name="username" autocomplete="username" value="${login}" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button name="action" value="sign-in" id="sign-in">Sign in</button>
</form>`,
  );
}

export function consentPage(
  form: FormSecrets,
  agent: { readonly name: string; readonly version: string; readonly root: string },
  admin: string,
): string {
  return page(
    'Allow access',
    html`<h1>Okta LDAP Agent is requesting permission to access this org</h1>
<p>If it is allowed, the agent will read users and groups from its directory into this org, and check the passwords
of people who sign in.</p>
<dl>
<dt>Agent</dt><dd>${agent.name}, version ${agent.version}</dd>
<dt>Directory</dt><dd>${agent.root}</dd>
<dt>You are</dt><dd>${admin}</dd>
</dl>
<p>Allow it only if you have started this agent yourself, and its code is <strong>${form.code}</strong>.</p>
<form method="post" action="/oauth2/auth">
${hidden(form)}
<button name="action" value="allow" id="allow">Allow Access</button>
<button name="action" value="deny" id="deny">Don't Allow</button>
</form>`,
  );
}

export function messagePage(kind: 'allowed' | 'denied' | 'expired' | 'decided' | 'forged' | 'throttled'): string {
  const [title, text] = MESSAGES[kind];
  return page(title, html`<h1>${title}</h1><p>${text}</p>`);
}

const MESSAGES = {
  allowed: ['The agent is connected', 'Access was allowed. The agent goes on by itself; you can close this page.'],
  denied: ['The agent was refused', 'Access was not allowed. The agent ends; you can close this page.'],
  expired: [
    'The token is expired',
    'This link was good for 10 minutes, or it was never good. The agent prints a new link; open that one.',
  ],
  decided: ['This has been decided', 'Somebody has answered this request before. Nothing was changed.'],
  forged: ['Please try again', 'This form was too old or came from elsewhere. Open the link of the agent again.'],
  throttled: ['Too many attempts', 'Too many sign-ins have failed from your address. Wait a minute and try again.'],
} as const;
