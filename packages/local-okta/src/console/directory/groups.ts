import type { Context } from '../../context.ts';
import { groupsBeginningWith } from '../../directory/search-dialects.ts';
import { html } from '../../http/page.ts';
import { groupActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, refusalOf, type Visit } from '../console-router.ts';
import { groupAddress } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { problemList, textField } from '../widgets/form-fields.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { GROUP_TYPES } from './group-types.ts';

const PATH = '/admin/groups';
const ADD_PATH = '/admin/groups/add';

/** Directory > Groups. */
export function addGroupsPages({ page, action }: ConsoleRouter, context: Context): void {
  const actions = groupActionsOf(context);

  page(PATH, (visit) => groupsPage(context, visit));
  page(ADD_PATH, (visit) => form(visit));
  action(ADD_PATH, ADD_PATH, (visit) => {
    const profile = { name: visit.field('name').trim(), description: visit.field('description').trim() || null };
    try {
      const group = actions.create(visit.request, visit.response, profile);
      return done(groupAddress(group.id), `The group ${group.name} was added.`);
    } catch (error) {
      const problem = refusalOf(error);
      if (problem === undefined) throw error;
      return form(visit, problem);
    }
  });
}

function groupsPage({ directory }: Context, visit: Visit): ConsolePage {
  const search = visit.query('q').trim();
  const after = pageStart(visit.query('after'));
  const where = search === '' ? undefined : groupsBeginningWith(search);
  const found = directory.groups.list({ where, after, limit: PAGE_SIZE });
  return {
    title: 'Groups',
    body: html`<div class="head"><h1>Groups</h1>
<p class="actions"><a class="button" href="${ADD_PATH}" id="add-group">Add Group</a></p></div>
<form method="get" action="${PATH}" class="search" role="search">
${textField({ name: 'q', label: 'Search', type: 'search', value: search, hint: 'Name begins with' })}
<p class="buttons"><button class="plain">Search</button></p>
</form>
${dataTable({
  caption: search === '' ? 'Groups of this org' : 'Groups found',
  columns: ['Group name', 'Type', 'Description', 'People'],
  rows: found.items.map((group) => [
    html`<a href="${groupAddress(group.id)}">${group.name}</a>`,
    GROUP_TYPES[group.type],
    group.description ?? '',
    directory.groups.countMembers(group.id),
  ]),
  empty: 'No group was found.',
})}
${pager({ path: PATH, query: { q: search }, after, next: found.next })}`,
  };
}

function form({ field, csrf }: Visit, problem?: string): ConsolePage {
  return {
    title: 'Add Group',
    status: problem === undefined ? 200 : 400,
    body: html`<p class="crumbs"><a href="${PATH}">Groups</a></p>
<h1>Add Group</h1>
${problemList(problem === undefined ? [] : [problem])}
<form method="post" action="${ADD_PATH}" class="card">${csrf}
${textField({ name: 'name', label: 'Name', value: field('name'), required: true })}
${textField({ name: 'description', label: 'Description', value: field('description') })}
<p class="buttons"><button id="save">Save</button> <a class="button plain" href="${PATH}">Cancel</a></p>
</form>`,
  };
}
