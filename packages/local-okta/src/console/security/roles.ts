import type { Context } from '../../context.ts';
import { PERMISSIONS, type Permission, type Role } from '../../directory/admin-roles.ts';
import { notFound } from '../../directory/directory-error.ts';
import { html } from '../../http/page.ts';
import { iamActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, orAgain, type Visit } from '../console-router.ts';
import { dataTable } from '../widgets/data-table.ts';
import { problemList, textField } from '../widgets/form-fields.ts';
import { administratorsHead, deletionPage, ROLES } from './administrators-head.ts';

/** Permissions in Okta's words, under Okta's headings. */
const GROUPS: readonly (readonly [heading: string, permissions: readonly Permission[]])[] = [
  ['User permissions', ['okta.users.read', 'okta.users.manage']],
  ['Group permissions', ['okta.groups.read', 'okta.groups.manage']],
];
const PERMISSION_TEXTS: Readonly<Record<Permission, string>> = {
  'okta.users.read': 'View users and their details',
  'okta.users.manage': 'Manage users',
  'okta.groups.read': 'View groups and their details',
  'okta.groups.manage': 'Manage groups',
};

type RoleForm = Pick<Role, 'label' | 'description' | 'permissions'>;

/** Security > Administrators > Roles. */
export function addRolePages({ page, action }: ConsoleRouter, context: Context): void {
  const { adminRoles } = context.directory;
  const actions = iamActionsOf(context);
  const create = `${ROLES}/create`;
  const address = (visit: Visit): string => `${ROLES}/${encodeURIComponent(visit.param('id'))}`;

  function roleOf(visit: Visit): Role {
    const role = adminRoles.roles().find(({ id }) => id === visit.param('id'));
    if (role === undefined) throw notFound('Role', visit.param('id'));
    return role;
  }

  /** Saves what was typed, or shows it again with what is wrong with it. */
  function save(visit: Visit, path: string, store: (form: RoleForm) => void) {
    const form = formOf(visit);
    const problems = problemsOf(form);
    if (problems.length > 0) return rolePage(visit, path, form, problems);
    return orAgain(
      () => {
        store(form);
        return done(ROLES, `The role ${form.label} was saved.`);
      },
      (problem) => rolePage(visit, path, form, [problem]),
    );
  }

  page(ROLES, () => ({
    title: 'Roles',
    body: html`${administratorsHead(ROLES, { label: 'Create new role', path: create })}
${dataTable({
  caption: 'Custom roles',
  columns: ['Role', 'Description', 'Permissions'],
  rows: adminRoles
    .roles()
    .map((role) => [
      html`<a href="${ROLES}/${role.id}">${role.label}</a>`,
      role.description,
      html`<ul class="plain-list">${role.permissions.map((name) => html`<li>${PERMISSION_TEXTS[name]}</li>`)}</ul>`,
    ]),
  empty: 'No custom role yet. Super Administrator is there always.',
})}`,
  }));
  page(create, (visit) => rolePage(visit, create, { label: '', description: '', permissions: [] }));
  action(create, create, (visit) =>
    save(visit, create, (form) => actions.createRole(visit.request, visit.response, form)),
  );
  page(`${ROLES}/:id`, (visit) => rolePage(visit, address(visit), roleOf(visit)));
  action(`${ROLES}/:id`, address, (visit) => {
    const role = roleOf(visit);
    return save(visit, address(visit), (form) => actions.changeRole(visit.request, visit.response, role, form));
  });
  page(`${ROLES}/:id/delete`, (visit) =>
    deletionPage({
      what: `the role ${roleOf(visit).label}`,
      path: `${address(visit)}/delete`,
      back: ROLES,
      csrf: visit.csrf,
      consequence: 'Whoever has this role loses it.',
    }),
  );
  action(`${ROLES}/:id/delete`, ROLES, (visit) => {
    const role = roleOf(visit);
    actions.removeRole(visit.request, visit.response, role);
    return done(ROLES, `The role ${role.label} was deleted.`);
  });
}

function formOf({ field, fields }: Visit): RoleForm {
  const chosen = fields('permissions');
  return {
    label: field('label').trim(),
    description: field('description').trim(),
    permissions: PERMISSIONS.filter((name) => chosen.includes(name)),
  };
}

function problemsOf({ label, permissions }: RoleForm): string[] {
  return [
    label === '' ? 'Role name: must not be empty' : [],
    label.length > 100 ? 'Role name: must have at most 100 characters' : [],
    permissions.length === 0 ? 'Permissions: choose at least one' : [],
  ].flat();
}

function rolePage(visit: Visit, path: string, form: RoleForm, problems: readonly string[] = []): ConsolePage {
  const made = visit.param('id') !== '';
  const title = made ? 'Edit role' : 'Create new role';
  return {
    title,
    status: problems.length === 0 ? 200 : 400,
    body: html`<p class="crumbs"><a href="${ROLES}">Roles</a></p>
<h1>${title}</h1>
${problemList(problems)}
<form method="post" action="${path}" class="card">${visit.csrf}
${textField({ name: 'label', label: 'Role name', value: form.label, required: true })}
${textField({ name: 'description', label: 'Role description', value: form.description })}
${GROUPS.map(
  ([heading, names]) => html`<fieldset class="group"><legend>${heading}</legend>
${names.map(
  (name) => html`<div class="field check"><input type="checkbox" id="${name}" name="permissions" value="${name}"
 ${form.permissions.includes(name) ? 'checked' : ''}> <label for="${name}">${PERMISSION_TEXTS[name]}</label></div>`,
)}</fieldset>`,
)}
<p class="buttons"><button id="save">Save role</button> <a class="button plain" href="${ROLES}">Cancel</a>
${made ? html`<a class="button danger" id="delete" href="${path}/delete">Delete</a>` : ''}</p>
</form>`,
  };
}
