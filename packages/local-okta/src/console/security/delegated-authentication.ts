import type { Context } from '../../context.ts';
import type { CutOverState, Outlook } from '../../cut-over/cut-over-part.ts';
import { WAYS, type Way } from '../../cut-over/readiness.ts';
import { type Html, html } from '../../http/page.ts';
import { userActor } from '../../system-log/log-event.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../console-router.ts';
import { dataTable } from '../widgets/data-table.ts';
import { checkField, radioFields } from '../widgets/form-fields.ts';
import { statusLabel } from '../widgets/status-label.ts';

export const DELEGATED_AUTHENTICATION = '/admin/access/delegated-auth';

const WAY_TEXTS: Readonly<Record<Way, string>> = {
  delegated: 'The directory judges their password',
  ownPassword: 'A password of Okta’s own',
  hash: 'A hash that was brought along',
  hook: 'The password import inline hook, once; Okta’s own afterwards',
  link: 'A link by which they set a password',
  nobody: 'No way: locked out',
  notActive: 'No way: not active',
};

/** Security > Delegated Authentication > LDAP: the switch, with what it will do. */
export function addDelegatedAuthenticationPages({ page, action }: ConsoleRouter, { services }: Context): void {
  const path = DELEGATED_AUTHENTICATION;

  page(path, (visit) =>
    switchPage(services.cutOver?.state(), services.ldapIntegration?.settings() !== undefined, visit),
  );
  action(`${path}/off`, path, ({ field, admin }) => {
    const resetPasswords = field('passwords') !== 'keep';
    const options = { resetPasswords, resetTheRest: !resetPasswords && field('resetTheRest') !== '' };
    const result = services.cutOver?.off(options, userActor(admin));
    if (result?.ok !== true) return refused(path, sentence(result?.problem));
    return done(path, 'Delegated authentication to LDAP is disabled: Okta judges every password.');
  });
  action(`${path}/on`, path, ({ admin }) => {
    const result = services.cutOver?.on(userActor(admin));
    if (result?.ok !== true) return refused(path, sentence(result?.problem));
    return done(path, 'Delegated authentication to LDAP is enabled: the directory judges the passwords of its people.');
  });
}

function sentence(problem = 'it cannot be switched'): string {
  // The API's name for the check box below.
  const text = problem.replace('with resetTheRest: true', 'by checking the box');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function switchPage(state: CutOverState | undefined, configured: boolean, visit: Visit): ConsolePage {
  const enabled = state?.delegatedAuthentication === true;
  return {
    title: 'Delegated Authentication',
    body: html`<h1>Delegated Authentication</h1>
<h2>LDAP</h2>
${
  state === undefined || !configured
    ? html`<p class="empty">The LDAP integration is not configured yet: there is no directory to which sign-ins could be
delegated.</p>`
    : html`<p>Delegated authentication to LDAP: ${enabled ? statusLabel('good', 'Enabled') : statusLabel('off', 'Disabled')}</p>
<p>Profiles are sourced by ${state.profileSource === 'LDAP' ? 'LDAP' : 'Okta'}; there is ${state.passwordImportHook ? 'an' : 'no'} active
<a href="/admin/workflow/inline-hooks">password import inline hook</a>.</p>
${outlookTable(state)}
${enabled ? offForm(visit, state) : onForm(visit)}`
}`,
  };
}

function outlookTable({ now, after }: CutOverState): Html {
  const outlooks: readonly Outlook[] = after === null ? [now] : [now, after.resetPasswords, after.keepPasswords];
  const used = WAYS.filter((way) => outlooks.some((outlook) => outlook[way] > 0));
  return html`${dataTable({
    caption: 'How many people can sign in, and how',
    columns: ['How', 'Now', ...(after === null ? [] : ['Disabled, with password resets', 'Disabled, without resets'])],
    rows: used.map((way) => [WAY_TEXTS[way], ...outlooks.map((outlook) => outlook[way])]),
    empty: 'Nobody is here.',
  })}
${after === null ? lockedOut('These people cannot sign in', now) : lockedOut('Without resets these people could not sign in', after.keepPasswords)}`;
}

function lockedOut(text: string, { nobody, nobodyLogins }: Outlook): Html {
  if (nobody === 0) return html``;
  const rest = nobody - nobodyLogins.length;
  return html`<details class="card"><summary>${text}: ${nobody}</summary>
<ul>${nobodyLogins.map((login) => html`<li>${login}</li>`)}</ul>${rest > 0 ? html`<p>and ${rest} more</p>` : ''}</details>`;
}

function offForm({ csrf }: Visit, { after }: CutOverState): Html {
  const left = after?.keepPasswords.nobody ?? 0;
  return html`<form method="post" action="${DELEGATED_AUTHENTICATION}/off" class="card">${csrf}
<h3>Disable delegated authentication to LDAP</h3>
<p>From then on Okta judges the passwords of the directory's people. Their profiles stay sourced by LDAP until that is switched
off as well.</p>
${radioFields({
  name: 'passwords',
  label: 'Passwords',
  value: 'reset',
  choices: [
    {
      value: 'reset',
      label: 'Reset all LDAP users’ passwords',
      hint: 'Everybody gets a link and sets an Okta password. The links are in Local > Outbox.',
    },
    {
      value: 'keep',
      label: 'Do not reset passwords',
      hint: 'They come by the password import inline hook, or from the hashes that were brought along',
    },
  ],
})}
${checkField({
  name: 'resetTheRest',
  label: 'Without resets: give a link to those for whom there is no other way',
  checked: false,
  hint: left > 0 ? `${left} people have no other way now` : undefined,
})}
<p class="buttons"><button class="danger" id="disable">Disable delegated authentication</button></p></form>`;
}

function onForm({ csrf }: Visit): Html {
  return html`<form method="post" action="${DELEGATED_AUTHENTICATION}/on" class="card">${csrf}
<h3>Enable delegated authentication to LDAP</h3>
<p>Whoever has an entry in the directory signs in with its password again, whatever they have set in Okta meanwhile; their links are
good for nothing any more. An agent must be connected.</p>
<p class="buttons"><button id="enable">Enable delegated authentication</button></p></form>`;
}
