import type { Flash } from '../administrators/admin-sessions.ts';
import { type Html, html } from '../http/page.ts';
import type { AssetAddresses } from './assets.ts';
import type { ConsoleSection, NavigationEntry } from './console-section.ts';

/** Own files only, forms to ourselves only, in nobody's frame. */
export const CONSOLE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

export interface LayoutOptions {
  readonly org: string;
  readonly assets: AssetAddresses;
  readonly sections: readonly ConsoleSection[];
}

export interface PageOptions {
  readonly title: string;
  readonly body: Html;
  /** The path of the request: says where in the navigation this is. */
  readonly path: string;
  readonly admin: string;
  readonly csrf: string;
  readonly flash?: Flash | undefined;
}

export interface Layout {
  /** A page of the console, with its navigation. */
  page(options: PageOptions): string;
  /** A page for who has not signed in. */
  plain(title: string, body: Html): string;
}

export function createLayout({ org, assets, sections }: LayoutOptions): Layout {
  function document(title: string, body: Html): string {
    return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} - ${org} - Local Okta</title>
<link rel="icon" type="image/svg+xml" href="${assets.icon}">
<link rel="stylesheet" href="${assets.style}">
<script src="${assets.script}" defer></script>
</head>
<body>
<a class="skip" href="#content">Skip to content</a>
${body}
</body>
</html>
`.html;
  }

  function link(entry: NavigationEntry, path: string): Html {
    const current = path === entry.path || entry.alsoAt?.test(path) === true;
    return html`<li><a href="${entry.path}" ${current ? html`aria-current="page"` : ''}>${entry.label}</a></li>`;
  }

  function group({ heading, entries, local }: ConsoleSection, path: string): Html {
    if (entries.length === 0) return html``;
    const links = html`<ul>${entries.map((entry) => link(entry, path))}</ul>`;
    if (heading === undefined) return html`<div class="nav-group">${links}</div>`;
    return html`<div class="nav-group ${local === true ? 'nav-local' : ''}"><h2>${heading}</h2>${links}</div>`;
  }

  return {
    page: ({ title, body, path, admin, csrf, flash }) =>
      document(
        title,
        html`<header class="top">
<a class="brand" href="/admin/dashboard">Local Okta <span>Admin Console</span></a>
<p class="who"><span class="org">${org}</span> <span id="admin">${admin}</span></p>
<form method="post" action="/admin/sign-out"><input type="hidden" name="csrf" value="${csrf}">
<button class="quiet" id="sign-out">Sign out</button></form>
</header>
<div class="frame">
<nav aria-label="Admin Console">
<details class="menu" open><summary>Menu</summary>
${sections.map((section) => group(section, path))}
</details>
</nav>
<main id="content" tabindex="-1">
<div role="status" class="flash-place">${flashOf(flash)}</div>
${body}
</main>
</div>
<footer>A stand-in for learning and tests, not made by Okta.</footer>`,
      ),
    plain: (title, body) =>
      document(
        title,
        html`<header class="top"><a class="brand" href="/">Local Okta <span>Admin Console</span></a></header>
<main id="content" class="narrow" tabindex="-1">${body}</main>
<footer>A stand-in for learning and tests, not made by Okta.</footer>`,
      ),
  };
}

function flashOf(flash: Flash | undefined): Html {
  if (flash === undefined) return html``;
  const word = flash.kind === 'done' ? 'Done' : 'Not done';
  return html`<p class="flash ${flash.kind}" id="flash"><strong>${word}.</strong> ${flash.text}</p>`;
}
