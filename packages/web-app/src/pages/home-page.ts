import type { Identity } from '@ldap-to-okta/auth-adapter';
import { html } from './html.ts';
import { explained, renderPage, type Site } from './layout.ts';

export function homePage(site: Site, identity: Identity, csrfToken: string): string {
  return renderPage(site, {
    title: 'Home',
    signedIn: { csrfToken, current: 'home' },
    body: html`<h1>Welcome home, ${identity.username}!</h1>
<p>You are signed in, and only people who are signed in can see this page.</p>
<p>Your profile shows what this app was told about you when you signed in.</p>
<p><a class="button" id="profile-button" href="/profile">My Profile</a></p>
${explained(site, 'How did you get in? The sign-in, explained')}`,
  });
}
