import type { Context } from '../../context.ts';
import { type RoleAssignment, SUPER_ADMIN } from '../../directory/admin-roles.ts';
import { notFound } from '../../directory/directory-error.ts';
import { html } from '../../http/page.ts';
import { iamActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { fullName, userLink } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { buttonForm, problemList, selectField, textField } from '../widgets/form-fields.ts';
import { ADMINS, administratorsHead, RESOURCE_SETS, ROLES } from './administrators-head.ts';

export { ADMINS } from './administrators-head.ts';

const ADD = `${ADMINS}/add`;

/** Security > Administrators > Admins. */
export function addAdminPages({ page, action }: ConsoleRouter, context: Context): void {
  const { adminRoles, users } = context.directory;
  const actions = iamActionsOf(context);

  page(ADMINS, (visit) => adminsPage(context, visit));
  page(ADD, (visit) => addPage(context, visit));
  action(ADD, ADD, (visit) => {
    const { field } = visit;
    const user = users.resolve(field('person').trim());
    const role = adminRoles.roles().find(({ id }) => id === field('role'));
    const set = adminRoles.resourceSets().find(({ id }) => id === field('resourceSet'));
    const isSuper = field('role') === SUPER_ADMIN;
    const problems = [
      user === undefined ? `Admin: there is nobody, or more than one person, named “${field('person').trim()}”` : [],
      role === undefined && !isSuper ? 'Role: choose one' : [],
      role !== undefined && set === undefined ? 'Resource set: a custom role needs one' : [],
      isSuper && field('resourceSet') !== ''
        ? 'Resource set: a Super Administrator has none; it is about everything'
        : [],
    ].flat();
    if (user === undefined || problems.length > 0) return addPage(context, visit, problems);
    actions.grant(visit.request, visit.response, user, role?.id ?? SUPER_ADMIN, set?.id);
    return done(ADMINS, `${fullName(user)} is an administrator now.`);
  });
  action(`${ADMINS}/revoke`, ADMINS, (visit) => {
    const user = users.get(visit.field('userId'));
    const held = user && adminRoles.assignmentsOf(user.id).find(({ id }) => id === visit.field('assignmentId'));
    if (user === undefined || held === undefined) throw notFound('RoleAssignment', visit.field('assignmentId'));
    actions.revoke(visit.request, visit.response, user, held);
    return done(ADMINS, `${fullName(user)} has lost the role.`);
  });
}

function adminsPage({ directory }: Context, { csrf, admin }: Visit): ConsolePage {
  const { adminRoles, users } = directory;
  const labelIn = (items: readonly { readonly id: string; readonly label: string }[], id: string | null): string =>
    items.find((item) => item.id === id)?.label ?? '';
  const roles = adminRoles.roles();
  const sets = adminRoles.resourceSets();
  const row = (held: RoleAssignment) => {
    const user = users.get(held.userId);
    if (user === undefined) return [];
    const isSuper = held.role === SUPER_ADMIN;
    const role = isSuper ? 'Super Administrator' : labelIn(roles, held.role);
    const hidden = { userId: user.id, assignmentId: held.id };
    const oneself = isSuper && user.id === admin.id;
    return [
      [
        userLink(user),
        isSuper ? role : html`<a href="${ROLES}/${held.role}">${role}</a>`,
        isSuper
          ? 'All resources'
          : html`<a href="${RESOURCE_SETS}/${held.resourceSetId ?? ''}">${labelIn(sets, held.resourceSetId)}</a>`,
        oneself
          ? 'You'
          : buttonForm({
              action: `${ADMINS}/revoke`,
              csrf,
              label: 'Remove',
              describes: `the role ${role} of ${fullName(user)}`,
              hidden,
            }),
      ],
    ];
  };
  return {
    title: 'Administrators',
    body: html`${administratorsHead(ADMINS, { label: 'Add administrator', path: ADD })}
${dataTable({
  caption: 'Admins',
  columns: ['Admin', 'Role', 'Resource set', 'Action'],
  rows: adminRoles.assignments().flatMap(row),
  empty: 'No administrator.',
})}`,
  };
}

function addPage({ directory }: Context, { field, csrf }: Visit, problems: readonly string[] = []): ConsolePage {
  const { adminRoles } = directory;
  const choices = (items: readonly { readonly id: string; readonly label: string }[]) =>
    items.map(({ id, label }) => ({ value: id, label }));
  return {
    title: 'Add administrator',
    status: problems.length === 0 ? 200 : 400,
    body: html`<p class="crumbs"><a href="${ADMINS}">Administrators</a></p>
<h1>Administrator assignment by admin</h1>
${problemList(problems)}
<form method="post" action="${ADD}" class="card">${csrf}
${textField({
  name: 'person',
  label: 'Admin',
  value: field('person'),
  required: true,
  hint: 'Username, such as ldap-user@example.com, or its part before the @',
})}
${selectField({
  name: 'role',
  label: 'Role',
  value: field('role'),
  choices: [
    { value: '', label: 'Choose a role' },
    ...choices(adminRoles.roles()),
    { value: SUPER_ADMIN, label: 'Super Administrator' },
  ],
})}
${selectField({
  name: 'resourceSet',
  label: 'Resource set',
  value: field('resourceSet'),
  choices: [{ value: '', label: 'None' }, ...choices(adminRoles.resourceSets())],
  hint: 'What a custom role is about',
})}
<p class="buttons"><button id="save">Save Changes</button> <a class="button plain" href="${ADMINS}">Cancel</a></p>
</form>`,
  };
}
