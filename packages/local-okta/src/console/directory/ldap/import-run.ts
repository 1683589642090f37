import type { Context } from '../../../context.ts';
import { notFound } from '../../../directory/directory-error.ts';
import { type Html, html } from '../../../http/page.ts';
import type { Counts } from '../../../integration/import-counts.ts';
import type { ImportPhase, ImportRun, ImportState } from '../../../integration/import-runs.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../../console-router.ts';
import { ldapAddress } from '../../widgets/addresses.ts';
import { dataTable, factList } from '../../widgets/data-table.ts';
import { buttonForm, radioFields } from '../../widgets/form-fields.ts';
import { type StatusKind, statusLabel } from '../../widgets/status-label.ts';
import { timeText } from '../../widgets/time.ts';
import { assertConfigured, LDAP_PATH, type Ldap, ldapOf, ldapPage } from './ldap-frame.ts';

const REFRESH_MS = 1_000;
const PROBLEMS_SHOWN = 100;

const PHASES: Readonly<Record<ImportPhase, string>> = {
  users: 'Reading users',
  groups: 'Reading groups',
  removals: 'Looking for users that are gone',
  memberships: 'Bringing memberships up to date',
  done: 'Finishing',
};

const STATES: Readonly<Record<ImportState, readonly [StatusKind, string]>> = {
  running: ['warn', 'Running'],
  completed: ['good', 'Completed'],
  cancelled: ['off', 'Cancelled'],
  failed: ['bad', 'Failed'],
  stopped: ['bad', 'Stopped by the import safeguard'],
  interrupted: ['bad', 'Interrupted'],
};

export const runState = ({ state }: ImportRun): Html => statusLabel(...STATES[state]);
export const kindText = ({ kind }: Pick<ImportRun, 'kind'>): string =>
  kind === 'full' ? 'Full import' : 'Incremental import';

/** Import Now, and the import while it runs and afterwards. */
export function addImportRunPages({ page, action }: ConsoleRouter, context: Context): void {
  const importOf = (visit: Visit): string => `${ldapAddress(visit.param('id'))}/import`;

  function runOf({ integration }: Ldap, visit: Visit): ImportRun {
    const run = integration.runs.get(visit.param('run'));
    if (run === undefined) throw notFound('ImportRun', visit.param('run'));
    return run;
  }

  page(`${LDAP_PATH}/import/now`, (visit) => startPage(ldapOf(context, visit), visit));
  action(`${LDAP_PATH}/import/now`, importOf, (visit) => {
    const ldap = ldapOf(context, visit);
    assertConfigured(ldap);
    const run = ldap.integration.startImport(visit.field('kind') === 'full' ? 'full' : 'incremental');
    if (typeof run === 'string') return refused(importOf(visit), 'Another import is running.');
    return { to: `${importOf(visit)}/runs/${run.id}` };
  });

  page(`${LDAP_PATH}/import/runs/:run`, (visit) => {
    const ldap = ldapOf(context, visit);
    return runPage(ldap, runOf(ldap, visit), visit);
  });
  action(`${LDAP_PATH}/import/runs/:run/cancel`, importOf, (visit) => {
    const ldap = ldapOf(context, visit);
    const { id } = runOf(ldap, visit);
    const address = `${importOf(visit)}/runs/${id}`;
    if (!ldap.integration.jobs.cancel(id)) return refused(address, 'This import is not running any more.');
    return done(address, 'The import ends. What it has read so far stays; the next one completes it.');
  });
}

function startPage(ldap: Ldap, { csrf }: Visit): ConsolePage {
  const first = ldap.integration.runs.lastCompleted() === undefined;
  return ldapPage(
    ldap,
    'import',
    'Import from LDAP',
    html`<h2>Import from LDAP</h2>
<form method="post" action="${ldap.address}/import/now" class="card">${csrf}
${radioFields({
  name: 'kind',
  label: 'Import type',
  value: first ? 'full' : 'incremental',
  choices: [
    {
      value: 'incremental',
      label: 'Incremental import',
      hint: 'What has changed since the last import; removals are not seen',
    },
    { value: 'full', label: 'Full import', hint: 'Everything; whoever is gone from the directory is dealt with' },
  ],
})}
<p class="buttons"><button id="import">Import</button> <a class="button plain" href="${ldap.address}/import">Cancel</a></p>
</form>`,
  );
}

function runPage(ldap: Ldap, run: ImportRun, { csrf }: Visit): ConsolePage {
  const running = run.state === 'running';
  const refresh = running ? html`data-refresh="${REFRESH_MS}"` : '';
  const address = `${ldap.address}/import/runs/${run.id}`;
  const problems = running ? [] : ldap.integration.runs.problems(run.id, 0, PROBLEMS_SHOWN);
  return ldapPage(
    ldap,
    'import',
    kindText(run),
    html`<h2>${kindText(run)}</h2>
<p id="run-state" role="status" ${refresh}>${runState(run)} ${running ? `${PHASES[run.phase]}…` : (run.message ?? '')}</p>
<section class="card" id="run" ${refresh} aria-label="Import statistics">
${running ? html`<p><progress aria-label="Import"></progress></p>` : ''}
<p id="users-imported">${countsText(run.counts.users, 'user')}</p>
<p id="groups-imported">${countsText(run.counts.groups, 'group')}</p>
${factList([
  ['Started', timeText(run.started)],
  ...(run.ended === null ? [] : [['Ended', timeText(run.ended)] as const]),
])}
${
  running
    ? html`${buttonForm({ action: `${address}/cancel`, csrf, label: 'Cancel import', id: 'cancel' })}
<p class="note"><a href="${address}">Refresh</a></p>`
    : html`<p class="buttons"><a class="button" id="ok" href="${ldap.address}/import">OK</a></p>`
}
</section>
<div id="run-problems" ${refresh}>${problems.length === 0 ? '' : problemTable(run, problems)}</div>`,
  );
}

/** As Okta's result dialog tells it. */
function countsText(counts: Counts, what: 'user' | 'group'): Html {
  return html`<strong>${counts.scanned} ${what}${counts.scanned === 1 ? '' : 's'} scanned</strong>: ${counts.new} new imported,
${counts.updated} updated, ${counts.unchanged} unchanged, ${counts.removed} removed`;
}

function problemTable(run: ImportRun, problems: readonly { readonly dn: string; readonly message: string }[]): Html {
  const left = run.problemCount - problems.length;
  return html`<h3>What could not be imported, or not as it is</h3>
${dataTable({
  caption: `Entries with problems: ${run.problemCount}`,
  columns: ['Entry', 'Problem'],
  rows: problems.map(({ dn, message }) => [html`<code>${dn}</code>`, message]),
  empty: '',
})}
${left > 0 ? html`<p class="note">And ${left} more.</p>` : ''}`;
}
