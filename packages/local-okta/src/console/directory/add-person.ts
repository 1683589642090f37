import type { Context } from '../../context.ts';
import { html } from '../../http/page.ts';
import { userActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, refusalOf, type Visit } from '../console-router.ts';
import { fullName, userAddress } from '../widgets/addresses.ts';
import { checkField, problemList, selectField, textField } from '../widgets/form-fields.ts';

const PATH = '/admin/users/add';

/** People > Add Person. */
export function addAddPersonPages({ page, action }: ConsoleRouter, context: Context): void {
  const actions = userActionsOf(context);

  page(PATH, (visit) => form(visit, { first: true }));
  action(PATH, PATH, async (visit) => {
    const { field } = visit;
    const password = field('setPassword') === '' ? undefined : field('password');
    if (password === '') return form(visit, { problem: 'Password: The field cannot be left blank' });
    if (password === undefined && field('password') !== '') {
      return form(visit, { problem: 'Tick I will set password, or leave the password empty' });
    }
    const profile = {
      firstName: field('firstName').trim(),
      lastName: field('lastName').trim(),
      login: field('login').trim(),
      email: field('email').trim(),
    };
    const credentials = password === undefined ? undefined : { password: { value: password } };
    const options = {
      activate: field('activation') !== 'later',
      mustChangePassword: password !== undefined && field('mustChange') !== '',
    };
    try {
      const user = await actions.create(visit.request, visit.response, { profile, credentials }, options);
      const next = user.status === 'PROVISIONED' ? ' The link to set a password is in the outbox.' : '';
      return done(userAddress(user.id), `${fullName(user)} was added.${next}`);
    } catch (error) {
      const problem = refusalOf(error);
      if (problem === undefined) throw error;
      return form(visit, { problem });
    }
  });
}

function form({ field, csrf }: Visit, { problem, first = false }: { problem?: string; first?: boolean }): ConsolePage {
  return {
    title: 'Add Person',
    status: problem === undefined ? 200 : 400,
    body: html`<p class="crumbs"><a href="/admin/users">People</a></p>
<h1>Add Person</h1>
${problemList(problem === undefined ? [] : [problem])}
<form method="post" action="${PATH}" class="card">${csrf}
${textField({ name: 'firstName', label: 'First name', value: field('firstName'), required: true })}
${textField({ name: 'lastName', label: 'Last name', value: field('lastName'), required: true })}
${textField({ name: 'login', label: 'Username', value: field('login'), required: true, hint: 'Has the form of an email address' })}
${textField({ name: 'email', label: 'Primary email', value: field('email'), required: true })}
${selectField({
  name: 'activation',
  label: 'Activation',
  value: field('activation'),
  choices: [
    { value: 'now', label: 'Activate now' },
    { value: 'later', label: 'Activate later' },
  ],
})}
${checkField({
  name: 'setPassword',
  label: 'I will set password',
  checked: field('setPassword') !== '',
  hint: 'Otherwise the person gets a link by which they set one',
})}
${textField({
  name: 'password',
  label: 'Password',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'At least 8 characters, with a lowercase letter, an uppercase letter and a number; no part of the username',
})}
${checkField({
  name: 'mustChange',
  label: 'User must change password on first login',
  checked: first || field('mustChange') !== '',
})}
<p class="buttons"><button id="save">Save</button> <a class="button plain" href="/admin/users">Cancel</a></p>
</form>`,
  };
}
