import type { Context } from '../../context.ts';
import { notFound } from '../../directory/directory-error.ts';
import { html } from '../../http/page.ts';
import { apiContextOf } from '../console-actions.ts';
import { type ConsoleRouter, done, refused } from '../console-router.ts';
import { userLink } from '../widgets/addresses.ts';
import { dataTable } from '../widgets/data-table.ts';
import { buttonForm, textField } from '../widgets/form-fields.ts';
import { timeText } from '../widgets/time.ts';

export const API_TOKENS = '/admin/access/api/tokens';

/** Security > API > Tokens. A token does what it does in the name of who made it. */
export function addApiTokenPages({ page, action }: ConsoleRouter, context: Context): void {
  const { apiTokens, users } = context.directory;
  const { audit } = apiContextOf(context);
  const target = (id: string, name: string) => [{ id, type: 'Token', alternateId: null, displayName: name }];

  page(API_TOKENS, ({ csrf }) => ({
    title: 'API tokens',
    body: html`<h1>API</h1>
<form method="post" action="${API_TOKENS}/create" class="search">${csrf}
${textField({ name: 'name', label: 'Create Token: name', required: true, hint: 'What the token is for' })}
<p class="buttons"><button id="create">Create Token</button></p></form>
${dataTable({
  caption: 'Tokens',
  columns: ['Token', 'Role of', 'Created', 'Action'],
  rows: apiTokens.list().map((token) => {
    const user = users.get(token.userId);
    return [
      token.name,
      user === undefined ? '' : userLink(user),
      timeText(token.created),
      buttonForm({
        action: `${API_TOKENS}/revoke`,
        csrf,
        label: 'Revoke',
        kind: 'danger',
        describes: `the token ${token.name}`,
        hidden: { id: token.id },
      }),
    ];
  }),
  empty: 'No token.',
})}`,
  }));
  action(`${API_TOKENS}/create`, API_TOKENS, ({ field, admin, request, response }) => {
    const name = field('name').trim();
    if (name === '' || name.length > 100) return refused(API_TOKENS, 'Name: must have 1 to 100 characters');
    const { token, value } = apiTokens.create({ name, userId: admin.id });
    audit(request, response, 'system.api_token.create', 'Create API token', target(token.id, name));
    return {
      title: 'Token created',
      body: html`<p class="crumbs"><a href="${API_TOKENS}">API</a></p>
<h1>Token created</h1>
<div class="card"><p>The token <strong>${name}</strong>. This is the only time that it is shown: only a hash of it is kept.</p>
<p><code id="token">${value}</code></p>
<div class="actions"><button type="button" class="plain" data-copy="#token" data-needs-script hidden>Copy the token</button>
<a class="button" href="${API_TOKENS}">OK, got it</a></div></div>`,
    };
  });
  action(`${API_TOKENS}/revoke`, API_TOKENS, ({ field, request, response }) => {
    const token = apiTokens.list().find(({ id }) => id === field('id'));
    if (token === undefined) throw notFound('Token', field('id'));
    apiTokens.revoke(token.id);
    audit(request, response, 'system.api_token.revoke', 'Revoke API token', target(token.id, token.name));
    return done(API_TOKENS, `The token ${token.name} was revoked.`);
  });
}
