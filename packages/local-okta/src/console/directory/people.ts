import type { Context } from '../../context.ts';
import { USER_STATUSES, type UserStatus } from '../../directory/user.ts';
import type { Users } from '../../directory/users.ts';
import { html } from '../../http/page.ts';
import { allOf, type SqlCondition } from '../../store/sql-condition.ts';
import type { ConsolePage, ConsoleRouter, Visit } from '../console-router.ts';
import { userLink } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { selectField, textField } from '../widgets/form-fields.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { userStatus, userStatusText } from '../widgets/status-label.ts';

const PATH = '/admin/users';

/** Directory > People. */
export function addPeoplePages({ page }: ConsoleRouter, context: Context): void {
  page(PATH, (visit) => peoplePage(context, visit));
}

function peoplePage({ directory, services }: Context, visit: Visit): ConsolePage {
  const search = visit.query('q').trim();
  const status = USER_STATUSES.find((one) => one === visit.query('status'));
  const after = pageStart(visit.query('after'));
  const found = directory.users.list({ where: condition(directory.users, search, status), after, limit: PAGE_SIZE });
  const choices = [{ value: '', label: 'All statuses' }].concat(
    USER_STATUSES.map((one) => ({ value: one, label: userStatusText(one) })),
  );
  return {
    title: 'People',
    body: html`<div class="head"><h1>People</h1>
<p class="actions"><a class="button" href="/admin/users/add" id="add-person">Add Person</a></p></div>
<form method="get" action="${PATH}" class="search" role="search">
${textField({ name: 'q', label: 'Search', type: 'search', value: search, hint: 'Name, username or email begins with' })}
${selectField({ name: 'status', label: 'Status', value: status ?? '', choices })}
<p class="buttons"><button class="plain">Search</button></p>
</form>
${dataTable({
  caption: search === '' && status === undefined ? 'Everybody in this org' : 'People found',
  columns: ['Person & username', 'Primary email', 'Status', 'Profile source'],
  rows: found.items.map((user) => [
    userLink(user),
    user.profile.email,
    userStatus(user.status),
    services.profileSource?.(user) === undefined ? 'Okta' : 'LDAP',
  ]),
  empty: 'Nobody was found.',
})}
${pager({ path: PATH, query: { q: search, status: status ?? '' }, after, next: found.next })}`,
  };
}

function condition(users: Users, search: string, status: UserStatus | undefined): SqlCondition {
  const conditions: SqlCondition[] = [];
  if (search !== '') conditions.push(users.beginningWith(search));
  if (status !== undefined) conditions.push({ sql: 'status = ?', parameters: [status] });
  return allOf(conditions);
}
