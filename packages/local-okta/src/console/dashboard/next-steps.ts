import type { Context } from '../../context.ts';
import { faultsInForce, faultsOf } from '../../faults/faults.ts';
import { type Html, html } from '../../http/page.ts';

/** How far the way from the directory to this org is, in a sentence. */
export function setupText({ services }: Context): string {
  switch (services.ldapIntegration?.state()) {
    case 'waiting-for-agent':
      return 'No directory yet: this org waits for an LDAP agent.';
    case 'not-configured':
      return 'An LDAP agent is connected; the LDAP integration is not configured.';
    case 'not-imported':
      return 'The LDAP integration is configured; nothing has been imported.';
    case 'importing':
      return 'An import from the directory is running.';
    case 'ready':
      return 'The directory is connected, and its people and groups have been imported.';
    case 'failed':
      return 'The last import did not complete.';
    case undefined:
      return 'This org has no LDAP integration.';
  }
}

/** What a person would do now, the first thing first. */
export function nextSteps(context: Context): readonly Html[] {
  const faults = Object.keys(faultsInForce(faultsOf(context.services))).length;
  const what = faults === 1 ? 'A fault is' : `${faults} faults are`;
  const fault = html`${what} switched on: <a href="/admin/local/faults">Faults</a>.`;
  return faults === 0 ? stepsOfSetUp(context) : [fault, ...stepsOfSetUp(context)];
}

function stepsOfSetUp(context: Context): readonly Html[] {
  const { services, directory } = context;
  const integration = services.ldapIntegration;
  const id = integration?.app()?.id;
  if (integration === undefined || id === undefined) {
    return [
      html`Start the LDAP agent beside your directory. It prints a link; open it, and choose <strong>Allow Access</strong>.`,
    ];
  }
  const ldap = `/admin/app/ldap_sun_one/instance/${id}`;
  const steps: Html[] = [];
  if (services.agentPools?.list().some(({ operationalStatus }) => operationalStatus !== 'OPERATIONAL') === true) {
    steps.push(html`Look at the <a href="/admin/dashboard/agents">agents</a>: not all of them are operational.`);
  }
  const state = integration.state();
  if (state === 'not-configured') {
    steps.push(html`<a href="${ldap}">Configure the LDAP integration</a> and test the configuration.`);
  } else if (state === 'not-imported' || state === 'failed') {
    steps.push(html`<a href="${ldap}/import">Import</a> users and groups from the directory.`);
  } else if (state === 'importing') {
    steps.push(html`<a href="${ldap}/import">Watch the import</a>.`);
  }
  const pending = integration.records.countPending();
  if (pending > 0) {
    const what = pending === 1 ? '1 imported user waits' : `${pending} imported users wait`;
    steps.push(html`${what} to be confirmed: <a href="${ldap}/import">Confirm Assignments</a>.`);
  }
  if (state === 'ready' && services.ldapInterface?.view().enabled === false) {
    steps.push(html`<a href="/admin/people/directories">Add the LDAP Interface</a>, for apps that speak LDAP.`);
  }
  if (state === 'ready' && directory.apps.findByKind('oidc_client').length === 0) {
    steps.push(html`<a href="/admin/apps/active">Create an app integration</a>, for apps that speak OpenID Connect.`);
  }
  return steps;
}
