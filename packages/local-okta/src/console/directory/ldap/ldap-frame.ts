import type { Context } from '../../../context.ts';
import { notFound } from '../../../directory/directory-error.ts';
import { OktaError } from '../../../http/okta-error.ts';
import { type Html, html } from '../../../http/page.ts';
import type { LdapIntegration } from '../../../integration/integration.ts';
import type { LdapApp } from '../../../integration/ldap-app.ts';
import type { ConsolePage, Visit } from '../../console-router.ts';
import { ldapAddress } from '../../widgets/addresses.ts';
import { statusLabel } from '../../widgets/status-label.ts';
import { tabs } from '../../widgets/tabs.ts';

/** As in Okta, where the tutorial's reader copies `OKTA_LDAP_ID` from. */
export const LDAP_PATH = '/admin/app/ldap_sun_one/instance/:id';

export interface Ldap {
  readonly integration: LdapIntegration;
  readonly app: LdapApp;
  /** Address of its first page. */
  readonly address: string;
}

/** The directory integration of this address. @throws DirectoryError `not-found` */
export function ldapOf({ services }: Context, visit: Visit): Ldap {
  const integration = services.ldapIntegration;
  const app = integration?.app();
  if (integration === undefined || app === undefined || app.id !== visit.param('id')) {
    throw notFound('AppInstance', visit.param('id'));
  }
  return { integration, app, address: ldapAddress(app.id) };
}

/** @throws OktaError before anybody has configured it */
export function assertConfigured({ app }: Ldap): void {
  if (app.settings === undefined) {
    throw new OktaError('E0000001', { causes: ['Configure the integration first.'] });
  }
}

export type LdapTab = 'provisioning' | 'import' | 'assignments';

/** A page of the integration, under its name and tabs. */
export function ldapPage({ app, address }: Ldap, tab: LdapTab, title: string, body: Html, status = 200): ConsolePage {
  const paths: Readonly<Record<LdapTab, string>> = {
    provisioning: address,
    import: `${address}/import`,
    assignments: `${address}/assignments`,
  };
  const items = [
    { label: 'Provisioning', path: paths.provisioning },
    { label: 'Import', path: paths.import },
    { label: 'Assignments', path: paths.assignments },
  ];
  return {
    title: `${title} - LDAP`,
    status,
    body: html`<p class="crumbs"><a href="/admin/people/directories">Directory Integrations</a></p>
<div class="head"><div><h1>LDAP</h1><p><code>${app.root}</code></p></div>
<p>${app.settings === undefined ? statusLabel('warn', 'Not configured') : statusLabel('good', 'Active')}</p></div>
${tabs('LDAP', items, paths[tab])}
${body}`,
  };
}

/** A page of the Provisioning tab, with its settings at the side. */
export function provisioningPage(ldap: Ldap, at: 'integration' | 'to-okta', body: Html, status = 200): ConsolePage {
  const paths = { integration: ldap.address, 'to-okta': `${ldap.address}/to-okta` };
  const items = [
    { label: 'To Okta', path: paths['to-okta'] },
    { label: 'Integration', path: paths.integration },
  ];
  const title = at === 'integration' ? 'Integration' : 'To Okta';
  const framed = html`<div class="side">${tabs('Settings', items, paths[at], 'side-tabs')}<div>${body}</div></div>`;
  return ldapPage(ldap, 'provisioning', title, framed, status);
}
