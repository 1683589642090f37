import type { Context } from '../../context.ts';
import { compileFilter, isoTime } from '../../filter/filter-sql.ts';
import { type Html, html } from '../../http/page.ts';
import { logFilter } from '../../system-log/log-filter.ts';
import type { LogPage, LogQuery } from '../../system-log/system-log.ts';
import { type ConsolePage, type ConsoleRouter, orAgain, type Visit } from '../console-router.ts';
import { problemList, textField } from '../widgets/form-fields.ts';
import { pager } from '../widgets/pager.ts';
import { eventRow } from './event-row.ts';

export const SYSTEM_LOG = '/report/system_log_2';
const PAGE_SIZE = 50;
const FOLLOW_MS = 2_000;
const NOTHING: LogPage = { events: [], next: undefined, more: false, first: undefined };

/** Searches that a migration asks for; they show what the filter language looks like. */
const COMMON: readonly (readonly [label: string, filter: string])[] = [
  ['All events', ''],
  ['Sign-ins by the LDAP agent', 'eventType eq "user.authentication.auth_via_LDAP_agent"'],
  ['LDAP Interface', 'eventType sw "system.ldapi."'],
  ['OpenID Connect', 'eventType sw "app.oauth2."'],
  ['Imports', 'eventType sw "system.import."'],
  ['Failures', 'outcome.result eq "FAILURE"'],
];

interface Search {
  readonly q: string;
  readonly filter: string;
  readonly since: string;
  readonly until: string;
  /** Older events than this one: a further page. */
  readonly before: string;
  /** Newer events than this one: for who follows the log. */
  readonly newer: string;
}

/** Reports > System Log: the newest events first; new ones come by themselves where scripts run. */
export function addSystemLogPage({ page }: ConsoleRouter, { systemLog }: Context): void {
  page(SYSTEM_LOG, (visit) => {
    const search = searchOf(visit);
    return orAgain(
      () => logPage(search, systemLog.query(queryOf(search))),
      (problem) => logPage(search, NOTHING, problem),
    );
  });
}

function searchOf({ query }: Visit): Search {
  const place = (name: string): string => (/^\d{1,15}$/.test(query(name)) ? query(name) : '');
  return {
    q: query('q').trim(),
    filter: query('filter').trim(),
    since: query('since'),
    until: query('until'),
    before: place('before'),
    newer: place('newer'),
  };
}

/** @throws FilterError */
function queryOf({ q, filter, since, until, before, newer }: Search): LogQuery {
  const following = newer !== '';
  const place = following ? newer : before;
  return {
    words: q.split(/\s+/).filter(Boolean).slice(0, 10),
    where: filter === '' ? undefined : compileFilter(filter, logFilter),
    since: isoTime(since),
    until: isoTime(until),
    after: place === '' ? undefined : Number(place),
    limit: PAGE_SIZE,
    descending: !following,
  };
}

function logPage(search: Search, found: LogPage, problem?: string): ConsolePage {
  const following = search.newer !== '';
  const events = following ? [...found.events].reverse() : found.events;
  const newest = (following ? found.next : found.first) ?? 0;
  const { before, newer: _newer, ...kept } = search;
  const live = before === '' && problem === undefined;
  return {
    title: 'System Log',
    status: problem === undefined ? 200 : 400,
    body: html`<h1>System Log</h1>
${problemList(problem === undefined ? [] : [`Advanced filter: ${problem}`])}
${searchForm(search)}
${live ? followBar({ ...kept, newer: String(newest) }) : ''}
<div class="table" role="region" aria-label="Events" tabindex="0"><table>
<caption>Events${before === '' ? ', the newest first' : ', further back'}</caption>
<thead><tr><th scope="col">Time</th><th scope="col">Actor</th><th scope="col">Event info</th><th scope="col">Targets</th></tr></thead>
<tbody id="events" ${live ? html`data-follow="${FOLLOW_MS}" data-newest="${newest}"` : ''}>${events.map(eventRow)}</tbody>
</table></div>
${events.length > 0 ? '' : html`<p class="empty" id="no-events">${following ? 'Nothing new.' : 'No event matches.'}</p>`}
${following ? html`<p><a href="${addressOf(kept)}">All events of this search</a></p>` : olderPages(kept, before, found)}`,
  };
}

function olderPages(query: Readonly<Record<string, string>>, before: string, { more, next }: LogPage): Html {
  return pager({ path: SYSTEM_LOG, query, parameter: 'before', after: before, next: more ? next : undefined });
}

function addressOf(query: Readonly<Record<string, string>>): string {
  const given = Object.entries(query).filter(([, value]) => value !== '');
  return given.length === 0 ? SYSTEM_LOG : `${SYSTEM_LOG}?${new URLSearchParams(given)}`;
}

function searchForm({ q, filter, since, until }: Search): Html {
  const isAll = q === '' && since === '' && until === '';
  const time = (name: string, label: string, value: string): Html =>
    html`<div class="field small"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="datetime-local" step="1" value="${value}"></div>`;
  return html`<form class="search" method="get" action="${SYSTEM_LOG}" role="search">
${time('since', 'From (UTC)', since)}${time('until', 'To (UTC)', until)}
${textField({ name: 'q', label: 'Search', type: 'search', value: q })}
${textField({ name: 'filter', label: 'Advanced filter', type: 'search', value: filter })}
<p class="buttons"><button id="search">Search</button></p></form>
<ul class="choices-line" aria-label="Common searches">${COMMON.map(
    ([label, wanted]) =>
      html`<li><a href="${addressOf({ filter: wanted })}" ${isAll && wanted === filter ? html`aria-current="true"` : ''}>${label}</a></li>`,
  )}</ul>`;
}

function followBar(query: Readonly<Record<string, string>>): Html {
  return html`<p class="actions apart" id="follow"><a href="${addressOf(query)}" id="newer">Show newer events</a>
<span data-needs-script hidden><span id="follow-state">New events appear by themselves.</span>
<button type="button" class="plain" id="pause" data-pause="events">Pause</button></span></p>`;
}
