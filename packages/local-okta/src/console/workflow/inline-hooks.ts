import type { Context } from '../../context.ts';
import { OktaError } from '../../http/okta-error.ts';
import { type Html, html } from '../../http/page.ts';
import type { HookStore } from '../../inline-hooks/hook-store.ts';
import { hookSchema, type InlineHook, PASSWORD_IMPORT } from '../../inline-hooks/inline-hook.ts';
import { apiContextOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, orAgain, type Visit } from '../console-router.ts';
import { dataTable } from '../widgets/data-table.ts';
import { buttonForm, problemList, textField } from '../widgets/form-fields.ts';
import { statusLabel } from '../widgets/status-label.ts';

export const INLINE_HOOKS = '/admin/workflow/inline-hooks';
const ADD = `${INLINE_HOOKS}/add`;

/** Workflow > Inline Hooks: the password import hook. */
export function addInlineHookPages({ page, action }: ConsoleRouter, context: Context): void {
  const { audit } = apiContextOf(context);
  const hooks = (): HookStore => {
    const { inlineHooks } = context.services;
    if (inlineHooks === undefined) throw new OktaError('E0000060');
    return inlineHooks;
  };
  const note = ({ request, response }: Visit, event: string, message: string, hook: InlineHook): void =>
    audit(request, response, `inline_hook.${event}`, message, [
      { id: hook.id, type: 'InlineHook', alternateId: null, displayName: hook.name },
    ]);

  page(INLINE_HOOKS, (visit) => listPage(hooks().list(), visit));
  page(ADD, (visit) => addPage(visit));
  action(ADD, ADD, (visit) => {
    const read = readHook(visit);
    if (!read.ok) return addPage(visit, read.problems);
    return orAgain(
      () => {
        const hook = hooks().create(read.request);
        note(visit, 'created', 'Inline hook created', hook);
        return done(INLINE_HOOKS, `The inline hook ${hook.name} is active.`);
      },
      (problem) => addPage(visit, [problem]),
    );
  });
  action(`${INLINE_HOOKS}/status`, INLINE_HOOKS, (visit) => {
    const active = visit.field('status') === 'ACTIVE';
    const hook = hooks().setStatus(visit.field('id'), active ? 'ACTIVE' : 'INACTIVE');
    note(visit, active ? 'activated' : 'deactivated', `Inline hook ${active ? '' : 'de'}activated`, hook);
    return done(INLINE_HOOKS, `The inline hook ${hook.name} is ${active ? 'active' : 'inactive'}.`);
  });
  action(`${INLINE_HOOKS}/delete`, INLINE_HOOKS, (visit) => {
    const hook = hooks().must(visit.field('id'));
    hooks().remove(hook.id);
    note(visit, 'deleted', 'Inline hook deleted', hook);
    return done(INLINE_HOOKS, `The inline hook ${hook.name} was deleted.`);
  });
}

const LABELS: Readonly<Record<string, string>> = {
  name: 'Name',
  uri: 'URL',
  key: 'Authentication field',
  value: 'Authentication secret',
};

function readHook({ field }: Visit) {
  const [key, value] = [field('authField').trim(), field('authSecret')];
  const result = hookSchema.safeParse({
    name: field('name').trim(),
    type: PASSWORD_IMPORT,
    channel: {
      type: 'HTTP',
      config: {
        uri: field('uri').trim(),
        ...(value === '' ? {} : { authScheme: { type: 'HEADER', key, value } }),
      },
    },
  });
  if (result.success) return { ok: true, request: result.data } as const;
  const problems = result.error.issues.map(({ path, message }) => {
    const name = String(path.at(-1));
    return `${LABELS[name] ?? name}: ${message}`;
  });
  return { ok: false, problems } as const;
}

function listPage(hooks: readonly InlineHook[], visit: Visit): ConsolePage {
  return {
    title: 'Inline Hooks',
    body: html`<div class="head"><h1>Inline Hooks</h1>
<p class="actions"><a class="button" id="add-hook" href="${ADD}">Add Inline Hook</a></p></div>
<p>The password import hook is asked whether a password is right, at the first sign-in of people who were moved to it. A right
password is Okta's own from then on.</p>
${dataTable({
  caption: 'Inline hooks',
  columns: ['Name', 'Type', 'Status', 'URL', 'Authentication field', 'Action'],
  rows: hooks.map((hook) => [
    hook.name,
    'Password Import',
    hook.status === 'ACTIVE' ? statusLabel('good', 'Active') : statusLabel('off', 'Inactive'),
    html`<code>${hook.channel.config.uri}</code>`,
    hook.channel.config.authScheme === undefined ? '' : html`<code>${hook.channel.config.authScheme.key}</code>`,
    buttons(hook, visit),
  ]),
  empty: 'No inline hook yet.',
})}`,
  };
}

function buttons({ id, name, status }: InlineHook, { csrf }: Visit): Html {
  const active = status === 'ACTIVE';
  const common = { csrf, describes: `the inline hook ${name}` };
  return html`${buttonForm({
    ...common,
    action: `${INLINE_HOOKS}/status`,
    label: active ? 'Deactivate' : 'Activate',
    hidden: { id, status: active ? 'INACTIVE' : 'ACTIVE' },
  })} ${
    active
      ? ''
      : buttonForm({ ...common, action: `${INLINE_HOOKS}/delete`, label: 'Delete', kind: 'danger', hidden: { id } })
  }`;
}

function addPage({ field, csrf }: Visit, problems: readonly string[] = []): ConsolePage {
  return {
    title: 'Add Inline Hook',
    status: problems.length === 0 ? 200 : 400,
    body: html`<p class="crumbs"><a href="${INLINE_HOOKS}">Inline Hooks</a></p>
<h1>Add Password Import Inline Hook</h1>
${problemList(problems)}
<form method="post" action="${ADD}" class="card">${csrf}
${textField({ name: 'name', label: 'Name', value: field('name'), required: true })}
${textField({
  name: 'uri',
  label: 'URL',
  value: field('uri'),
  required: true,
  hint: 'https, or http to this computer: http://localhost:8095/okta/password-import',
})}
${textField({
  name: 'authField',
  label: 'Authentication field',
  value: field('authField') || 'Authorization',
  hint: 'The header that carries the secret',
})}
${textField({
  name: 'authSecret',
  label: 'Authentication secret',
  type: 'password',
  autocomplete: 'new-password',
  hint: 'It is sent to the hook, and never shown here again',
})}
<p class="buttons"><button id="save">Save</button> <a class="button plain" href="${INLINE_HOOKS}">Cancel</a></p>
</form>`,
  };
}
