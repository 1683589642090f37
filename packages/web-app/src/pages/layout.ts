import type { AuthMode } from '@ldap-to-okta/auth-adapter';
import { type Html, html } from './html.ts';

/** Where the style sheet and the icon are; the version in the address lets browsers keep them for ever. */
export interface AssetPaths {
  readonly style: string;
  readonly icon: string;
}

/** What every page of one app has in common. */
export interface Site {
  readonly name: string;
  readonly mode: AuthMode;
  readonly assets: AssetPaths;
  /** Whether there is a page that explains a sign-in. */
  readonly explains: boolean;
}

export interface PageOptions {
  readonly title: string;
  readonly body: Html;
  /** Whoever is signed in gets the navigation; the token is for its sign-out button. */
  readonly signedIn?: { readonly csrfToken: string; readonly current?: 'home' | 'profile' | 'trace' };
}

export function renderPage(site: Site, { title, body, signedIn }: PageOptions): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · LDAP to Okta</title>
<link rel="stylesheet" href="${site.assets.style}">
<link rel="icon" href="${site.assets.icon}" type="image/svg+xml">
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header>
<div class="bar">
<a class="brand" href="/"><img src="${site.assets.icon}" alt="" width="28" height="28">LDAP to Okta</a>
${signedIn && navigation(site, signedIn)}
</div>
</header>
<main id="main" tabindex="-1">
${body}
</main>
<footer>
<p>Sign-in mode <strong>${site.mode}</strong>${site.name === site.mode ? undefined : html`, app <strong>${site.name}</strong>`}</p>
</footer>
</body>
</html>
`.markup;
}

function navigation({ explains }: Site, { csrfToken, current }: NonNullable<PageOptions['signedIn']>): Html {
  const link = (name: string, href: string, label: string): Html =>
    name === current ? html`<a href="${href}" aria-current="page">${label}</a>` : html`<a href="${href}">${label}</a>`;
  return html`<nav aria-label="Main">
${link('home', '/', 'Home')}
${link('profile', '/profile', 'My Profile')}
${explains ? link('trace', '/trace', 'Sign-in, explained') : undefined}
<form method="post" action="/logout">
<input type="hidden" name="_csrf" value="${csrfToken}">
<button type="submit" id="logout-button" class="quiet">Logout</button>
</form>
</nav>`;
}

/** The way to the page that explains a sign-in, where there is one. */
export function explained({ explains }: Site, label = 'What happened? The sign-in, explained'): Html | undefined {
  return explains ? html`<p><a href="/trace">${label}</a></p>` : undefined;
}
