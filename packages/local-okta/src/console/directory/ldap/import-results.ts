import type { Context } from '../../../context.ts';
import { type Html, html } from '../../../http/page.ts';
import type { Assignment } from '../../../integration/confirm.ts';
import type { UserRecord } from '../../../integration/directory-records.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../../console-router.ts';
import { ldapAddress } from '../../widgets/addresses.ts';
import { dataTable, factList } from '../../widgets/data-table.ts';
import { checkField } from '../../widgets/form-fields.ts';
import { pager } from '../../widgets/pager.ts';
import { timeText } from '../../widgets/time.ts';
import { kindText, runState } from './import-run.ts';
import { assertConfigured, LDAP_PATH, type Ldap, ldapOf, ldapPage } from './ldap-frame.ts';

const PAGE_SIZE = 50;
const RUNS_SHOWN = 5;

/** Directory Integrations > LDAP > Import: what imports brought, and who it is in Okta. */
export function addImportPages({ page, action }: ConsoleRouter, context: Context): void {
  const importOf = (visit: Visit): string => `${ldapAddress(visit.param('id'))}/import`;

  page(`${LDAP_PATH}/import`, (visit) => importPage(context, ldapOf(context, visit), visit));

  // Asks first, as Okta's dialog does; nothing is changed by it.
  action(`${LDAP_PATH}/import/confirm`, importOf, (visit) => {
    const ldap = ldapOf(context, visit);
    assertConfigured(ldap);
    const chosen = chosenOf(visit);
    if (chosen.length === 0 && visit.field('all') === '') {
      return refused(importOf(visit), 'Select the users whose assignments you want to confirm.');
    }
    return confirmPage(ldap, visit, chosen);
  });

  action(`${LDAP_PATH}/import/confirmed`, importOf, async (visit) => {
    const ldap = ldapOf(context, visit);
    assertConfigured(ldap);
    const which = visit.field('all') === '' ? chosenOf(visit) : (['exact', 'none'] as const);
    const result = await ldap.integration.confirm(which, visit.field('activate') !== '');
    const { confirmed = 0, ignored = 0, refused: not = [] } = result ?? {};
    const text = [`${peopleText(confirmed)} confirmed`, ...(ignored > 0 ? [`${ignored} ignored`] : [])].join(', ');
    if (not.length === 0) return done(importOf(visit), `${text}.`);
    const [first] = not;
    return refused(importOf(visit), `${text}; ${not.length} not: ${first?.dn}: ${first?.problem}.`);
  });
}

/** The checked rows of the form, each with what was chosen for it. */
function chosenOf(visit: Visit): Assignment[] {
  return visit.fields('select').map((externalId) => {
    const action = visit.field(`action-${externalId}`);
    return { externalId, action: action === 'match' || action === 'ignore' ? action : 'new' };
  });
}

const peopleText = (count: number): string => (count === 1 ? '1 user' : `${count} users`);

function importPage(context: Context, ldap: Ldap, visit: Visit): ConsolePage {
  const { integration, address, app } = ldap;
  if (app.settings === undefined) {
    const body = html`<p class="empty">The integration is not configured yet: <a href="${address}">Integration</a>.</p>`;
    return ldapPage(ldap, 'import', 'Import', body);
  }
  const running = integration.jobs.running();
  const runs = integration.runs.list(RUNS_SHOWN);
  return ldapPage(
    ldap,
    'import',
    'Import',
    html`<div class="head"><h2>Import Results</h2>
<p class="actions">${
      running === undefined
        ? html`<a class="button" id="import-now" href="${address}/import/now">Import Now</a>`
        : html`<a class="button plain" href="${address}/import/runs/${running}">An import is running</a>`
    }</p></div>
${results(context, ldap, visit)}
<h2>Recent imports</h2>
${dataTable({
  caption: 'Recent imports, the latest first',
  columns: ['Import', 'State', 'Started', 'Users', 'Groups', 'Problems'],
  rows: runs.map((run) => [
    html`<a href="${address}/import/runs/${run.id}">${kindText(run)}</a>`,
    runState(run),
    timeText(run.started),
    run.counts.users.scanned,
    run.counts.groups.scanned,
    run.problemCount,
  ]),
  empty: 'Nothing has been imported yet.',
})}`,
  );
}

function results({ directory }: Context, ldap: Ldap, visit: Visit): Html {
  const { integration, address } = ldap;
  const after = visit.query('after');
  const found = integration.records.pending(after, PAGE_SIZE + 1);
  const shown = found.slice(0, PAGE_SIZE);
  const total = integration.records.countPending();
  if (shown.length === 0) return html`<p class="empty">No imported user waits to be confirmed.</p>`;
  const loginOf = (id: string): string => directory.users.get(id)?.profile.login ?? '';
  return html`<form method="post" action="${address}/import/confirm" class="settings">${visit.csrf}
<p class="check"><span data-needs-script hidden><input type="checkbox" id="check-all" data-check-all="select">
<label for="check-all">Select all on this page</label></span></p>
${dataTable({
  caption: `Imported users that wait to be confirmed: ${total}`,
  columns: ['LDAP user', 'Entry', 'Match', 'Okta user assignment'],
  rows: shown.map((record) => resultRow(record, record.matchUserId === null ? '' : loginOf(record.matchUserId))),
  empty: '',
})}
<p class="buttons"><button id="confirm-assignments">Confirm Assignments</button>
${total > shown.length ? html`<button class="plain" name="all" value="on">Confirm all ${total}</button>` : ''}</p>
</form>
${pager({ path: `${address}/import`, query: {}, after, next: found.length > PAGE_SIZE ? shown.at(-1)?.externalId : undefined })}`;
}

function resultRow({ externalId, dn, profile, match, problem }: UserRecord, login: string): readonly Html[] {
  const name = [profile.firstName, profile.lastName].filter(Boolean).join(' ');
  const { login: username = '' } = profile;
  const id = `select-${externalId}`;
  const texts = {
    exact: html`EXACT match: ${login}`,
    partial: html`PARTIAL match: ${login}`,
    none: html`NO Okta user matches found`,
  };
  const choices = [
    ...(match === 'none' ? [] : [['match', `Existing Okta user ${login}`]]),
    ['new', 'NEW Okta user'],
    ['ignore', 'Ignore'],
  ];
  return [
    html`<input type="checkbox" id="${id}" name="select" value="${externalId}"> <label for="${id}">${name}</label><br>
<span class="note">${username}</span>`,
    html`<code>${dn}</code>`,
    html`${texts[match]}${problem === null ? '' : html`<p class="field-problem">${problem}</p>`}`,
    html`<select name="action-${externalId}" aria-label="Okta user assignment of ${username}">${choices.map(
      ([value = '', text = '']) => html`<option value="${value}">${text}</option>`,
    )}</select>`,
  ];
}

function confirmPage(ldap: Ldap, { csrf, field }: Visit, chosen: readonly Assignment[]): ConsolePage {
  const all = field('all') !== '';
  const count = (action: Assignment['action']): number => chosen.filter((one) => one.action === action).length;
  return ldapPage(
    ldap,
    'import',
    'Confirm Imported User Assignments',
    html`<h2>Confirm Imported User Assignments</h2>
<form method="post" action="${ldap.address}/import/confirmed" class="card">${csrf}
${
  all
    ? html`<input type="hidden" name="all" value="on"><p>All users with an exact match or none are confirmed. Partial matches
stay: they want a decision each.</p>`
    : html`${chosen.map(
        ({ externalId, action }) =>
          html`<input type="hidden" name="select" value="${externalId}"><input type="hidden" name="action-${externalId}" value="${action}">`,
      )}${factList([
        ['New Okta users', count('new')],
        ['Existing Okta users', count('match')],
        ['Ignored', count('ignore')],
      ])}`
}
${checkField({
  name: 'activate',
  label: 'Auto-activate users after confirmation',
  checked: ldap.app.settings?.import.autoActivate === true,
  hint: 'Otherwise new users are staged until somebody activates them',
})}
<p class="buttons"><button id="confirm">Confirm</button> <a class="button plain" href="${ldap.address}/import">Cancel</a></p>
</form>`,
  );
}
