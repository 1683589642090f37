import type { Context } from '../../context.ts';
import { html } from '../../http/page.ts';
import type { Message } from '../../outbox/outbox.ts';
import type { ConsoleRouter } from '../console-router.ts';
import { dataTable } from '../widgets/data-table.ts';
import { PAGE_SIZE, pager, pageStart } from '../widgets/pager.ts';
import { timeText } from '../widgets/time.ts';

export const OUTBOX = '/admin/local/outbox';
const REFRESH_MS = 5_000;

/** Local > Outbox: the mails that nobody sends. */
export function addOutboxPage({ page }: ConsoleRouter, { services }: Context): void {
  page(OUTBOX, (visit) => {
    const after = pageStart(visit.query('after'));
    const found = services.outbox?.list({ after, limit: PAGE_SIZE + 1, newestFirst: true }) ?? [];
    const messages = found.slice(0, PAGE_SIZE);
    const next = found.length > PAGE_SIZE ? messages.at(-1)?.seq : undefined;
    return {
      title: 'Outbox',
      body: html`<h1>Outbox</h1>
<p>Okta would mail these. Local Okta sends nothing: take the link from here, open it in a private window, and be the person.</p>
<div id="messages" ${after === 0 ? html`data-refresh="${REFRESH_MS}"` : ''}>
${dataTable({
  caption: 'Messages, the newest first',
  columns: ['To', 'Subject', 'Sent', 'Good until', 'Link'],
  rows: messages.map((message) => [
    message.to,
    message.subject,
    timeText(message.created),
    timeText(message.expires),
    linkOf(message),
  ]),
  empty: 'No message. One is here when somebody is given a link to set a password by.',
})}</div>
${pager({ path: OUTBOX, query: {}, after, next })}`,
    };
  });
}

function linkOf({ link, used, to }: Message) {
  if (link !== null)
    return html`<a href="${link}" rel="noreferrer">Set a password<span class="unseen"> for ${to}</span></a>`;
  return html`<span class="none">${used === null ? 'Over, or replaced' : 'Used'}</span>`;
}
