import type { Context } from '../../context.ts';
import { type Html, type HtmlValue, html } from '../../http/page.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { ldapAddress } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { agentStatus, statusLabel } from '../widgets/status-label.ts';
import { LDAP_INTERFACE_PATH } from './ldap-interface.ts';

export const DIRECTORIES_PATH = '/admin/people/directories';

/** Directory > Directory Integrations. */
export function addDirectoryIntegrationsPages({ page, action }: ConsoleRouter, context: Context): void {
  page(DIRECTORIES_PATH, (visit) => listPage(context, visit));
  action(`${DIRECTORIES_PATH}/ldap-interface/add`, DIRECTORIES_PATH, () => {
    context.services.ldapInterface?.set({ enabled: true });
    return done(LDAP_INTERFACE_PATH, 'The LDAP Interface was added.');
  });
}

function listPage({ services }: Context, visit: Visit): ConsolePage {
  const app = services.ldapIntegration?.app();
  const added = services.ldapInterface?.view().enabled === true;
  const rows: HtmlValue[][] = [];
  if (app !== undefined) {
    const pool = services.agentPools?.list().find(({ id }) => id === app.id);
    rows.push([
      html`<a href="${ldapAddress(app.id)}">LDAP</a>`,
      html`<code>${app.root}</code>`,
      app.settings === undefined ? statusLabel('warn', 'Not configured') : statusLabel('good', 'Active'),
      pool === undefined ? statusLabel('off', 'No agent') : agentStatus(pool.operationalStatus),
    ]);
  }
  if (added) {
    rows.push([
      html`<a href="${LDAP_INTERFACE_PATH}">LDAP Interface</a>`,
      html`<code>${services.ldapInterface?.view().base}</code>`,
      statusLabel('good', 'Active'),
      html`<span class="none">Needs none</span>`,
    ]);
  }
  return {
    title: 'Directory Integrations',
    body: html`<div class="head"><h1>Directory Integrations</h1>${added ? '' : addDirectory(visit)}</div>
${
  app === undefined
    ? html`<p class="flash info">The directory <strong>LDAP</strong> appears here when its agent is connected: start the LDAP agent,
open the link that it prints, and choose Allow Access.</p>`
    : ''
}
${dataTable({
  caption: 'Directories of this org',
  columns: ['Directory', 'Base', 'Status', 'Agents'],
  rows,
  empty: 'No directory yet.',
})}`,
  };
}

function addDirectory({ csrf }: Visit): Html {
  return html`<details class="drop"><summary id="add-directory">Add Directory</summary>
<form method="post" action="${DIRECTORIES_PATH}/ldap-interface/add" class="choices">${csrf}
<button id="add-ldap-interface">Add LDAP Interface</button></form></details>`;
}
