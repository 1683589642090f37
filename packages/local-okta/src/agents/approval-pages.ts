import { createHash } from 'node:crypto';

/** Text that has been made safe for HTML. */
export interface Html {
  readonly html: string;
}

/** A template whose values are escaped unless they are HTML already. */
export function html(parts: TemplateStringsArray, ...values: readonly (string | Html)[]): Html {
  return { html: parts.reduce((text, part, index) => text + escapeHtml(values[index - 1] ?? '') + part) };
}

function escapeHtml(value: string | Html): string {
  if (typeof value !== 'string') return value.html;
  return value.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 2rem 1rem }
main { max-width: 26rem; margin: 0 auto }
h1 { font-size: 1.4rem; line-height: 1.25 }
label, input { display: block }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin: .25rem 0 1rem }
button { font: inherit; padding: .5rem 1.25rem; margin: .5rem .5rem 0 0 }
dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
.problem { border-left: .25rem solid #c0392b; padding-left: .75rem }
.note { font-size: .9rem }
`;

/** Nothing but this page's own style may be loaded, and forms come back here. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

function page(title: string, body: Html): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)} - Local Okta</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${body.html}
<p class="note">This is Local Okta, a stand-in for learning and tests.</p>
</main>
</body>
</html>
`;
}

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
