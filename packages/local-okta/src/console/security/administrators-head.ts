import { type Html, html } from '../../http/page.ts';
import { tabs } from '../widgets/tabs.ts';

export const ADMINS = '/admin/access/admins';
export const ROLES = '/admin/access/roles';
export const RESOURCE_SETS = '/admin/access/resource-sets';

/** The three pages about administrators, beside each other. */
export function administratorsHead(current: string, button: { readonly label: string; readonly path: string }): Html {
  return html`<div class="head"><h1>Administrators</h1>
<p class="actions"><a class="button" id="create" href="${button.path}">${button.label}</a></p></div>
${tabs(
  'Administrators',
  [
    { label: 'Admins', path: ADMINS },
    { label: 'Roles', path: ROLES },
    { label: 'Resources', path: RESOURCE_SETS },
  ],
  current,
)}`;
}

/** A page that asks before something is deleted for good. */
export function deletionPage(options: {
  readonly what: string;
  readonly path: string;
  readonly back: string;
  readonly csrf: Html;
  readonly consequence: string;
}): { readonly title: string; readonly body: Html } {
  const { what, path, back, csrf, consequence } = options;
  return {
    title: `Delete ${what}`,
    body: html`<p class="crumbs"><a href="${back}">Administrators</a></p>
<h1>Delete ${what}?</h1>
<form method="post" action="${path}" class="card">${csrf}
<p>${consequence}</p>
<p class="buttons"><button class="danger" id="confirm">Delete</button>
<a class="button plain" href="${back}">Cancel</a></p></form>`,
  };
}
