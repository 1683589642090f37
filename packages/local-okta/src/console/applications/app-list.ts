import type { Context } from '../../context.ts';
import type { App } from '../../directory/apps.ts';
import { html } from '../../http/page.ts';
import { OIDC_APP } from '../../oidc/clients.ts';
import type { ConsoleRouter } from '../console-router.ts';
import { appAddress } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { statusLabel } from '../widgets/status-label.ts';

export const APP_LIST = '/admin/apps/active';
export const CREATE_APP = '/admin/apps/oauth2-wizard/create';

/** Applications > Applications. */
export function addAppListPage({ page }: ConsoleRouter, { directory }: Context): void {
  page(APP_LIST, (visit) => {
    const after = pageStart(visit.query('after'));
    const apps = directory.apps.list({ after, limit: PAGE_SIZE });
    return {
      title: 'Applications',
      body: html`<div class="head"><h1>Applications</h1>
<p class="actions"><a class="button" id="create-app" href="${CREATE_APP}">Create App Integration</a></p></div>
${dataTable({
  caption: 'Applications',
  columns: ['Application', 'Status', 'Sign-in method', 'ID'],
  rows: apps.items.map((app) => [
    html`<a href="${appAddress(app)}">${app.label}</a>`,
    appStatus(app),
    app.name === OIDC_APP ? 'OIDC - OpenID Connect' : 'LDAP directory integration',
    html`<code>${app.id}</code>`,
  ]),
  empty: 'No app yet.',
})}
${pager({ path: APP_LIST, query: {}, after, next: apps.next })}`,
    };
  });
}

export const appStatus = ({ status }: App) =>
  status === 'ACTIVE' ? statusLabel('good', 'Active') : statusLabel('off', 'Inactive');
