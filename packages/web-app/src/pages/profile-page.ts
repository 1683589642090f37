import type { ClaimSource, Identity } from '@ldap-to-okta/auth-adapter';
import { type Html, html } from './html.ts';
import { renderPage, type Site } from './layout.ts';

export function profilePage(site: Site, identity: Identity, csrfToken: string): string {
  return renderPage(site, {
    title: 'My Profile',
    signedIn: { csrfToken, current: 'profile' },
    body: html`<h1>My Profile</h1>
<p>What this app was told about you when you signed in.</p>
<dl>
${row('User name', 'username', identity.username)}
${row('Name', 'display-name', identity.displayName)}
${row('E-mail', 'email', identity.email)}
${row('Distinguished name', 'dn', identity.dn)}
</dl>
${authorities(identity.groups)}
${identity.claims && claimsTable(identity.claims, identity.claimSources ?? {})}`,
  });
}

/** The authority of a group, as the Java sample of the tutorial names it: `ROLE_ALLUSERS` of `allusers`. */
export function authorityOf(group: string): string {
  return `ROLE_${group.toUpperCase()}`;
}

function row(label: string, id: string, value: string | undefined): Html | undefined {
  return value === undefined ? undefined : html`<div><dt>${label}</dt><dd id="profile-${id}">${value}</dd></div>`;
}

function authorities(groups: readonly string[]): Html {
  const list =
    groups.length === 0
      ? html`<p>None: this app was told of no group that you are in.</p>`
      : html`<p>One for each of your groups.</p>
<ul class="authorities" id="authorities">${groups.map((group) => html`<li>${authorityOf(group)}</li>`)}</ul>`;
  return html`<section>
<h2>Authorities</h2>
${list}
</section>`;
}

const SOURCES: Readonly<Record<ClaimSource, string>> = { 'id-token': 'ID token', userinfo: 'userinfo' };

function claimsTable(claims: NonNullable<Identity['claims']>, sources: NonNullable<Identity['claimSources']>): Html {
  const ids = new Set<string>();
  const rows = Object.entries(claims).map(([name, value]) => {
    const toldBy = (sources[name] ?? []).map((source) => SOURCES[source]).join(', ');
    return html`<tr><th scope="row">${name}</th><td id="${idOf(name, ids)}">${claimText(value)}</td><td>${toldBy}</td></tr>`;
  });
  return html`<section>
<h2 id="claims-heading">Claims</h2>
<p>What was said about you: in the ID token, signed for this app, and by userinfo, asked with the access token.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="claims-heading">
<table><thead><tr><th scope="col">Claim</th><th scope="col">Value</th><th scope="col">Told by</th></tr></thead><tbody>${rows}</tbody></table>
</div>
</section>`;
}

/** An id holds no spaces, and no page has one twice; claim names of providers may be addresses or anything else. */
function idOf(name: string, taken: Set<string>): string {
  let id = `claim-${name.replace(/\s/g, '-')}`;
  while (taken.has(id)) id += '-';
  taken.add(id);
  return id;
}

function claimText(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? value.join(', ')
    : JSON.stringify(value);
}
