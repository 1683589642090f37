import type { ApiOperation } from '../../api/user-actions.ts';
import { appsOf } from '../../api/user-relations.ts';
import type { Context } from '../../context.ts';
import { notFound } from '../../directory/directory-error.ts';
import { nextStatus } from '../../directory/life-cycle.ts';
import type { User } from '../../directory/user.ts';
import { type Html, html } from '../../http/page.ts';
import { userActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { appAddress, fullName, groupAddress, userAddress } from '../widgets/addresses.ts';
import { dataTable, factList } from '../widgets/data-table.ts';
import { buttonForm } from '../widgets/form-fields.ts';
import { userStatus } from '../widgets/status-label.ts';
import { timeText } from '../widgets/time.ts';
import { GROUP_TYPES } from './group-types.ts';

const PATH = '/admin/user/profile/view/:id';

/** Operations in the words of Okta's console; what is lost for good is asked about first. */
const OPERATIONS = {
  activate: { label: 'Activate', done: 'was activated' },
  reactivate: { label: 'Resend activation', done: 'can set a password by the link in the outbox' },
  suspend: { label: 'Suspend', done: 'was suspended' },
  unsuspend: { label: 'Unsuspend', done: 'was unsuspended' },
  unlock: { label: 'Unlock', done: 'was unlocked' },
  reset_password: {
    label: 'Reset Password',
    done: 'gets a link to set a password; it is in the outbox',
    ask: 'The present password is of no use any more. A link to set another one is put into the outbox.',
  },
  deactivate: {
    label: 'Deactivate',
    done: 'was deactivated',
    ask: 'Nobody can sign in as this person any more, and the password is forgotten.',
  },
} as const satisfies Partial<Record<ApiOperation, { label: string; done: string; ask?: string }>>;
type Operation = keyof typeof OPERATIONS;
const NAMES = Object.keys(OPERATIONS) as Operation[];

/** Directory > People > one person. */
export function addPersonPages({ page, action }: ConsoleRouter, context: Context): void {
  const { directory } = context;
  const actions = userActionsOf(context);
  const backTo = (visit: Visit): string => userAddress(visit.param('id'));

  function userOf(visit: Visit): User {
    const user = directory.users.get(visit.param('id'));
    if (user === undefined) throw notFound('User', visit.param('id'));
    return user;
  }

  page(PATH, (visit) => personPage(context, userOf(visit), visit));
  for (const name of NAMES) {
    const operation: { label: string; done: string; ask?: string } = OPERATIONS[name];
    const { ask } = operation;
    if (ask !== undefined)
      page(`${PATH}/${name}`, (visit) => confirmPage(userOf(visit), visit, name, operation.label, ask));
    action(`${PATH}/${name}`, backTo, (visit) => {
      const user = actions.transition(visit.request, visit.response, userOf(visit), name);
      actions.linkAfter(user, name);
      return done(backTo(visit), `${fullName(user)} ${operation.done}.`);
    });
  }
  page(`${PATH}/delete`, (visit) =>
    confirmPage(userOf(visit), visit, 'delete', 'Delete', 'This cannot be undone. What an import brought comes again.'),
  );
  action(`${PATH}/delete`, backTo, (visit) => {
    const user = userOf(visit);
    actions.remove(visit.request, visit.response, user);
    return done('/admin/users', `${fullName(user)} was deleted.`);
  });
}

function personPage(context: Context, user: User, visit: Visit): ConsolePage {
  const { directory, services } = context;
  const source = services.profileSource?.(user);
  const dn = services.ldapIntegration?.dnOf(user.id);
  const { login, email, firstName, lastName, ...others } = user.profile;
  const further = Object.entries(others).filter(([, value]) => value !== undefined && value !== null);
  return {
    title: fullName(user),
    body: html`<p class="crumbs"><a href="/admin/users">People</a></p>
<div class="head"><div><h1>${fullName(user)}</h1><p>${login}</p><p id="user-status">${userStatus(user.status)}</p></div>
<div class="actions" role="group" aria-label="Actions">${operations(user, visit)}</div></div>
<div class="cards">
<section class="card" aria-labelledby="profile"><h2 id="profile">Profile</h2>
${factList([
  ['Profile source', source === undefined ? 'Okta' : html`LDAP <code>${source}</code>`],
  ['Username', login],
  ['First name', firstName ?? ''],
  ['Last name', lastName ?? ''],
  ['Primary email', email],
  ...further.map(([name, value]) => [name, String(value)] as const),
  ['User ID', html`<code>${user.id}</code>`],
])}
</section>
<section class="card" aria-labelledby="password"><h2 id="password">Password</h2>
${factList([
  ['Provider', html`<span id="provider">${user.provider.type}</span>`],
  ['Who checks it', judge(user)],
  ...(dn === undefined ? [] : [['Entry in the directory', html`<code>${dn}</code>`] as const]),
  ['Last sign-in', timeText(user.lastLogin)],
  ...(user.provider.type === 'LDAP' ? [] : [['Password changed', timeText(user.passwordChanged)] as const]),
  ['Created', timeText(user.created)],
])}
${user.provider.type === 'LDAP' ? html`<p class="note">It cannot be reset here: change it in the directory.</p>` : ''}
</section>
</div>
<h2>Groups</h2>
${dataTable({
  caption: `Groups of ${fullName(user)}`,
  columns: ['Group', 'Type', 'Description'],
  rows: directory.groups
    .ofUser(user.id)
    .map((group) => [
      html`<a href="${groupAddress(group.id)}">${group.name}</a>`,
      GROUP_TYPES[group.type],
      group.description ?? '',
    ]),
  empty: 'No groups.',
})}
<h2>Applications</h2>
${dataTable({
  caption: `Applications of ${fullName(user)}`,
  columns: ['Application', 'Assignment'],
  rows: appsOf(directory, user.id)
    .toSorted((one, other) => one.label.localeCompare(other.label))
    .map((app) => [
      html`<a href="${appAddress(app)}">${app.name === 'ldap' ? `LDAP (${app.label})` : app.label}</a>`,
      directory.appUsers.get(app.id, user.id) === undefined ? 'Group' : 'Individual',
    ]),
  empty: 'No application is assigned.',
})}`,
  };
}

/** Who judges the password, and by what. */
function judge({ provider, passwordKind }: User): string {
  switch (provider.type) {
    case 'LDAP':
      return `The directory ${provider.name}, asked through its agent`;
    case 'IMPORT':
      return passwordKind === 'hook'
        ? 'The password import inline hook, at the next sign-in; then Okta'
        : 'Okta, by the hash that was imported';
    case 'OKTA':
      return passwordKind === 'none' ? 'Nobody: no password is set' : 'Okta';
    default:
      return provider.type satisfies never;
  }
}

/** What the status allows. The rest is not offered, and refused with a reason where somebody asks for it. */
function operations(user: User, { csrf }: Visit): Html {
  const allowed = NAMES.filter(
    (name) => nextStatus(name, user) !== undefined && !(name === 'reset_password' && user.provider.type === 'LDAP'),
  );
  return html`${allowed.map((name) => {
    const address = `${userAddress(user.id)}/${name}`;
    const operation: { label: string; ask?: string } = OPERATIONS[name];
    return operation.ask === undefined
      ? buttonForm({ action: address, csrf, label: operation.label, id: name })
      : html`<a class="button plain" id="${name}" href="${address}">${operation.label}</a>`;
  })}${
    user.status === 'DEPROVISIONED'
      ? html`<a class="button danger" id="delete" href="${userAddress(user.id)}/delete">Delete</a>`
      : ''
  }`;
}

function confirmPage(user: User, { csrf }: Visit, name: string, label: string, ask: string): ConsolePage {
  return {
    title: label,
    body: html`<p class="crumbs"><a href="/admin/users">People</a> / <a href="${userAddress(user.id)}">${fullName(user)}</a></p>
<h1>${label}: ${fullName(user)}?</h1>
<form method="post" action="${userAddress(user.id)}/${name}" class="card">${csrf}
<p>${ask}</p>
<p class="buttons"><button class="danger" id="confirm">${label}</button>
<a class="button plain" href="${userAddress(user.id)}">Cancel</a></p></form>`,
  };
}
