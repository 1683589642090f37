import type { Context } from '../../context.ts';
import { notFound } from '../../directory/directory-error.ts';
import type { Group } from '../../directory/groups.ts';
import { type Html, html } from '../../http/page.ts';
import { groupActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../console-router.ts';
import { fullName, groupAddress, ldapAddress, userLink } from '../widgets/addresses.ts';
import { dataTable, factList } from '../widgets/data-table.ts';
import { buttonForm, textField } from '../widgets/form-fields.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { userStatus } from '../widgets/status-label.ts';
import { GROUP_TYPES } from './group-types.ts';

const PATH = '/admin/group/:id';

/** Directory > Groups > one group. */
export function addGroupPages({ page, action }: ConsoleRouter, context: Context): void {
  const { directory } = context;
  const actions = groupActionsOf(context);
  const backTo = (visit: Visit): string => groupAddress(visit.param('id'));

  function groupOf(visit: Visit): Group {
    const group = directory.groups.get(visit.param('id'));
    if (group === undefined) throw notFound('UserGroup', visit.param('id'));
    return group;
  }

  page(PATH, (visit) => groupPage(context, groupOf(visit), visit));
  action(`${PATH}/edit`, backTo, (visit) => {
    const profile = { name: visit.field('name').trim(), description: visit.field('description').trim() || null };
    actions.update(visit.request, visit.response, groupOf(visit), profile);
    return done(backTo(visit), 'The group was saved.');
  });
  action(`${PATH}/members/add`, backTo, (visit) => {
    const name = visit.field('person').trim();
    const user = directory.users.resolve(name);
    if (user === undefined) return refused(backTo(visit), `There is nobody, or more than one person, named “${name}”.`);
    const changed = actions.changeMember(visit.request, visit.response, groupOf(visit), user, 'add');
    return done(backTo(visit), `${fullName(user)} ${changed ? 'was added' : 'is in the group already'}.`);
  });
  action(`${PATH}/members/remove`, backTo, (visit) => {
    const user = directory.users.get(visit.field('userId'));
    if (user === undefined) throw notFound('User', visit.field('userId'));
    actions.changeMember(visit.request, visit.response, groupOf(visit), user, 'remove');
    return done(backTo(visit), `${fullName(user)} was removed from the group.`);
  });
  page(`${PATH}/delete`, (visit) => deletePage(groupOf(visit), visit));
  action(`${PATH}/delete`, backTo, (visit) => {
    const group = groupOf(visit);
    actions.remove(visit.request, visit.response, group);
    return done('/admin/groups', `The group ${group.name} was deleted.`);
  });
}

function groupPage({ directory }: Context, group: Group, visit: Visit): ConsolePage {
  const after = pageStart(visit.query('after'));
  const members = directory.groups.members(group.id, { after, limit: PAGE_SIZE });
  const path = groupAddress(group.id);
  const own = group.type === 'OKTA_GROUP';
  return {
    title: group.name,
    body: html`<p class="crumbs"><a href="/admin/groups">Groups</a></p>
<div class="head"><div><h1>${group.name}</h1><p>${group.description ?? ''}</p></div>
${own ? html`<p class="actions"><a class="button danger" id="delete" href="${path}/delete">Delete</a></p>` : ''}</div>
${own ? '' : html`<p class="flash info">${reasonNotToChange(group)}</p>`}
<section class="card" aria-labelledby="about"><h2 id="about">About</h2>
${factList([
  ['Type', GROUP_TYPES[group.type]],
  ['People', directory.groups.countMembers(group.id)],
  ...(group.attributes.dn === undefined
    ? []
    : [['Entry in the directory', html`<code>${group.attributes.dn}</code>`] as const]),
  ...(group.appId === null
    ? []
    : [['Brought by', html`<a href="${ldapAddress(group.appId)}">the LDAP integration</a>`] as const]),
  ['Group ID', html`<code>${group.id}</code>`],
])}
</section>
<h2>People</h2>
${own ? addForm(path, visit) : ''}
${dataTable({
  caption: `Members of ${group.name}`,
  columns: ['Person & username', 'Status', ...(own ? ['Action'] : [])],
  rows: members.items.map((user) => [
    userLink(user),
    userStatus(user.status),
    ...(own
      ? [
          buttonForm({
            action: `${path}/members/remove`,
            csrf: visit.csrf,
            label: 'Remove',
            describes: fullName(user),
            hidden: { userId: user.id },
          }),
        ]
      : []),
  ]),
  empty: 'Nobody is in this group.',
})}
${pager({ path, query: {}, after, next: members.next })}
${own ? editForm(group, visit) : ''}`,
  };
}

function reasonNotToChange({ type }: Group): string {
  return type === 'BUILT_IN'
    ? 'Everybody in this org is in this group, always. It cannot be changed.'
    : 'The directory keeps this group. Change it there, and import again.';
}

function addForm(path: string, { csrf }: Visit): Html {
  return html`<form method="post" action="${path}/members/add" class="search">${csrf}
${textField({ name: 'person', label: 'Assign people', required: true, hint: 'Username, such as user01@example.com, or its part before the @' })}
<p class="buttons"><button id="add-member">Add</button></p></form>`;
}

function editForm({ id, name, description }: Group, { csrf }: Visit): Html {
  return html`<details class="card"><summary>Edit name and description</summary>
<form method="post" action="${groupAddress(id)}/edit">${csrf}
${textField({ name: 'name', label: 'Name', value: name, required: true })}
${textField({ name: 'description', label: 'Description', value: description ?? '' })}
<p class="buttons"><button class="plain" id="save">Save</button></p></form></details>`;
}

function deletePage({ id, name }: Group, { csrf }: Visit): ConsolePage {
  return {
    title: 'Delete group',
    body: html`<p class="crumbs"><a href="/admin/groups">Groups</a> / <a href="${groupAddress(id)}">${name}</a></p>
<h1>Delete the group ${name}?</h1>
<form method="post" action="${groupAddress(id)}/delete" class="card">${csrf}
<p>Its members stay in this org; whatever they could do by this group, they cannot do any more.</p>
<p class="buttons"><button class="danger" id="confirm">Delete</button>
<a class="button plain" href="${groupAddress(id)}">Cancel</a></p></form>`,
  };
}
