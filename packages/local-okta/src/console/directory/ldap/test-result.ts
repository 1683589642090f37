import { type Html, html } from '../../../http/page.ts';
import type { ConfigurationTest, TestStep } from '../../../integration/test-configuration.ts';
import { factList } from '../../widgets/data-table.ts';
import { statusLabel } from '../../widgets/status-label.ts';

const STEPS: Readonly<Record<TestStep, string>> = {
  agent: 'Agent',
  'user-base': 'User search base',
  users: 'Users',
  'group-base': 'Group search base',
  groups: 'Groups',
  'example-user': 'Example username',
};

/** What Test Configuration found: the example user as an import would see them, or what is wrong. */
export function testResult({ valid, message, steps, user }: ConfigurationTest): Html {
  return html`<section class="card" id="test-result" aria-label="Test result">
<div role="${valid ? 'status' : 'alert'}"><h2 id="test-heading">${statusLabel(valid ? 'good' : 'bad', message)}</h2></div>
${
  user === undefined
    ? ''
    : factList([
        ['Status', user.status],
        ['UID', user.uid],
        ['Unique ID', html`<code>${user.uniqueId}</code>`],
        ['DN', html`<code>${user.dn}</code>`],
        ['Full Name', user.fullName],
        ['Email', user.email],
        ['Groups', user.groups.length === 0 ? html`<span class="none">None</span>` : user.groups.join(', ')],
      ])
}
<details class="more" ${valid ? '' : 'open'}><summary>What was asked</summary>
<ul class="plain-list">${steps.map(
    ({ step, ok, message: text }) =>
      html`<li>${statusLabel(ok ? 'good' : 'bad', STEPS[step])} ${ok ? '' : html`<strong>wrong:</strong>`} ${text}</li>`,
  )}</ul></details>
</section>`;
}
