import { type Html, html } from '../../http/page.ts';
import type { LogActor, LogEvent } from '../../system-log/log-event.ts';
import { factList } from '../widgets/data-table.ts';
import { statusLabel } from '../widgets/status-label.ts';
import { timeText } from '../widgets/time.ts';

/** One event of the System Log; its details unfold. */
export function eventRow(event: LogEvent): Html {
  return html`<tr><th scope="row">${timeText(event.published)}</th>
<td>${actorText(event.actor)}</td>
<td><details><summary>${event.displayMessage} ${outcome(event)}</summary>${details(event)}</details>
<span class="note"><code>${event.eventType}</code></span></td>
<td>${event.target.map((target) => html`<div>${actorText(target)}</div>`)}</td></tr>
`;
}

function outcome({ outcome: { result, reason } }: LogEvent): Html {
  const good = result === 'SUCCESS' || result === 'ALLOW';
  const kind = good ? 'good' : result === 'SKIPPED' ? 'off' : 'bad';
  return statusLabel(kind, reason === null ? result : `${result}: ${reason}`);
}

function actorText({ displayName, alternateId, type, id }: LogActor): Html {
  const name = displayName ?? alternateId ?? id;
  const second = alternateId !== null && alternateId !== name && alternateId !== 'unknown' ? alternateId : type;
  return html`${name}<br><span class="note">${second}</span>`;
}

function details(event: LogEvent): Html {
  const { client, transaction, debugContext, severity, uuid } = event;
  const debug = Object.entries(debugContext.debugData).map(([name, value]) => [name, value] as const);
  return html`<div class="event">${factList([
    ['Severity', severity],
    ['IP address', client.ipAddress ?? '–'],
    ...(client.userAgent === null ? [] : [['User agent', client.userAgent.rawUserAgent] as const]),
    ['Transaction', `${transaction.type} ${transaction.id}`],
    ...debug,
    ['Event ID', uuid],
  ])}
<details><summary>As the API tells it</summary><pre tabindex="0" role="region" aria-label="Event ${uuid} in JSON">${JSON.stringify(event, null, 2)}</pre></details></div>`;
}
