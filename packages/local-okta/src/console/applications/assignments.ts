import type { Context } from '../../context.ts';
import type { App } from '../../directory/apps.ts';
import { notFound } from '../../directory/directory-error.ts';
import { type Html, html } from '../../http/page.ts';
import { OIDC_APP } from '../../oidc/clients.ts';
import { appActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../console-router.ts';
import { appAddress, fullName, groupAddress, userLink } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { buttonForm, textField } from '../widgets/form-fields.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { appHead, OIDC_APP_PATH, oidcAppOf } from './oidc-app.ts';

const PATH = `${OIDC_APP_PATH}/assignments`;

/** An OIDC app: Assignments. Who is assigned neither in person nor by a group cannot sign in to it. */
export function addAssignmentPages({ page, action }: ConsoleRouter, context: Context): void {
  const { directory } = context;
  const actions = appActionsOf(context);
  const path = (visit: Visit): string => `${appAddress({ id: visit.param('id'), name: OIDC_APP })}/assignments`;

  page(PATH, (visit) => assignmentsPage(context, oidcAppOf(context, visit), visit));
  action(`${PATH}/people/add`, path, (visit) => {
    const name = visit.field('person').trim();
    const user = directory.users.resolve(name);
    if (user === undefined) return refused(path(visit), `There is nobody, or more than one person, named “${name}”.`);
    actions.assignUser(visit.request, visit.response, oidcAppOf(context, visit), user);
    return done(path(visit), `${fullName(user)} was assigned.`);
  });
  action(`${PATH}/people/remove`, path, (visit) => {
    const user = directory.users.get(visit.field('userId'));
    if (user === undefined) throw notFound('User', visit.field('userId'));
    actions.unassignUser(visit.request, visit.response, oidcAppOf(context, visit), user);
    return done(path(visit), `${fullName(user)} is no longer assigned in person.`);
  });
  action(`${PATH}/groups/add`, path, (visit) => {
    const name = visit.field('group').trim();
    const group = directory.groups.findByName(name) ?? appGroupNamed(context, name);
    if (group === undefined) return refused(path(visit), `There is no group, or more than one, named “${name}”.`);
    actions.assignGroup(visit.request, visit.response, oidcAppOf(context, visit), group);
    return done(path(visit), `The group ${group.name} was assigned.`);
  });
  action(`${PATH}/groups/remove`, path, (visit) => {
    const group = directory.groups.get(visit.field('groupId'));
    if (group === undefined) throw notFound('UserGroup', visit.field('groupId'));
    actions.unassignGroup(visit.request, visit.response, oidcAppOf(context, visit), group);
    return done(path(visit), `The group ${group.name} is no longer assigned.`);
  });
}

/** A group that an import brought, where it is one. */
function appGroupNamed({ directory }: Context, name: string) {
  const where = { sql: 'name_key = ?', parameters: [name.toLowerCase()] };
  const { items } = directory.groups.list({ where, limit: 2 });
  return items.length === 1 ? items[0] : undefined;
}

function assignmentsPage(context: Context, app: App, visit: Visit): ConsolePage {
  return {
    title: `Assignments of ${app.label}`,
    body: html`${appHead(app, '/assignments')}
<p>Who is assigned in person or by a group can sign in to this app; everybody else reads “User is not assigned to the client
application.”</p>
${groups(context, app, visit)}
${people(context, app, visit)}`,
  };
}

function groups({ directory }: Context, app: App, { csrf }: Visit): Html {
  const path = `${appAddress(app)}/assignments`;
  const assigned = directory.apps.assignedGroupIds(app.id).flatMap((id) => directory.groups.get(id) ?? []);
  return html`<h2>Groups</h2>
<form method="post" action="${path}/groups/add" class="search">${csrf}
${textField({ name: 'group', label: 'Assign to Groups', required: true, hint: 'Name of the group, such as allusers' })}
<p class="buttons"><button id="assign-group">Assign</button></p></form>
${dataTable({
  caption: 'Assigned groups',
  columns: ['Group', 'Action'],
  rows: assigned.map((group) => [
    html`<a href="${groupAddress(group.id)}">${group.name}</a>`,
    buttonForm({
      action: `${path}/groups/remove`,
      csrf,
      label: 'Remove',
      describes: group.name,
      hidden: { groupId: group.id },
    }),
  ]),
  empty: 'No group is assigned.',
})}`;
}

function people({ directory }: Context, app: App, visit: Visit): Html {
  const path = `${appAddress(app)}/assignments`;
  const after = pageStart(visit.query('after'));
  const assigned = directory.appUsers.listAssigned(app.id, { after, limit: PAGE_SIZE });
  const users = assigned.items.flatMap(({ userId }) => (userId === null ? [] : (directory.users.get(userId) ?? [])));
  return html`<h2>People</h2>
<form method="post" action="${path}/people/add" class="search">${visit.csrf}
${textField({ name: 'person', label: 'Assign to People', required: true, hint: 'Username, such as user01@example.com, or its part before the @' })}
<p class="buttons"><button id="assign-person">Assign</button></p></form>
${dataTable({
  caption: 'People assigned in person',
  columns: ['Person & username', 'Action'],
  rows: users.map((user) => [
    userLink(user),
    buttonForm({
      action: `${path}/people/remove`,
      csrf: visit.csrf,
      label: 'Remove',
      describes: fullName(user),
      hidden: { userId: user.id },
    }),
  ]),
  empty: 'Nobody is assigned in person.',
})}
${pager({ path, query: {}, after, next: assigned.next })}`;
}
