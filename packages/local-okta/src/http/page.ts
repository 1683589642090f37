import { createHash } from 'node:crypto';

/** Text that has been made safe for HTML. */
export interface Html {
  readonly html: string;
}

/** What may stand in a template: nothing at all where it is undefined, one after the other where it is a list. */
export type HtmlValue = string | number | Html | undefined | readonly HtmlValue[];

/** A template whose values are escaped unless they are HTML already. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return { html: parts.reduce((text, part, index) => text + escapeHtml(values[index - 1]) + part) };
}

function escapeHtml(value: HtmlValue): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map(escapeHtml).join('');
  if (typeof value === 'object') return value.html;
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

const isList = (value: HtmlValue): value is readonly HtmlValue[] => Array.isArray(value);

/** HTML from a source that escapes what it puts in, such as a library's own form. */
export function trustedHtml(text: string): Html {
  return { html: text };
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { margin: 0; padding: 2rem 1rem }
main { max-width: 26rem; margin: 0 auto }
h1 { font-size: 1.4rem; line-height: 1.25 }
label, input { display: block }
input { width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; margin: .25rem 0 1rem }
input[type=checkbox] { display: inline; width: auto; margin: 0 .5rem 1rem 0 }
.choice { display: inline }
button { font: inherit; padding: .5rem 1.25rem; margin: .5rem .5rem 0 0 }
dt { font-weight: 600 } dd { margin: 0 0 .5rem; overflow-wrap: anywhere }
.problem { border-left: .25rem solid #c0392b; padding-left: .75rem }
.note { font-size: .9rem }
`;

/** Sends a form that has nothing to ask; the page has a button for browsers without scripts. */
const SEND_FORM = "document.querySelector('button').click()";

const sha256 = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const POLICY = `default-src 'none'; style-src ${sha256(STYLE)}; frame-ancestors 'none'; base-uri 'none'`;

/** Nothing but the page's own style may be loaded, and forms come back here. */
export const PAGE_POLICY = `${POLICY}; form-action 'self'`;

/**
 * For forms whose answer leads to another site: browsers hold `form-action` against redirects too, and where an app's
 * redirect URI may lead is the app's registration's matter.
 */
export const LEAVING_PAGE_POLICY = `${POLICY}; script-src ${sha256(SEND_FORM)}`;

export interface PageOptions {
  /** The page has one form with one button, pressed for the person where scripts run. */
  readonly sendForm?: boolean;
}

/** A whole page of Local Okta; it says what it is. */
export function page(title: string, body: Html, { sendForm = false }: PageOptions = {}): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} - Local Okta</title>
<style>${trustedHtml(STYLE)}</style>
</head>
<body>
<main>
${body}
<p class="note">This is Local Okta, a stand-in for learning and tests.</p>
</main>
${sendForm ? trustedHtml(`<script>${SEND_FORM}</script>`) : ''}
</body>
</html>
`.html;
}
