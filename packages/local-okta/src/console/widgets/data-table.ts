import { type Html, type HtmlValue, html } from '../../http/page.ts';

export interface DataTable {
  /** Says what the table lists; read out first. */
  readonly caption: string;
  readonly columns: readonly string[];
  /** The first cell is the row's header. */
  readonly rows: readonly (readonly HtmlValue[])[];
  /** Shown instead of a table without rows. */
  readonly empty: HtmlValue;
}

/** A list as a table that scrolls sideways on a narrow screen, by keyboard too. */
export function dataTable({ caption, columns, rows, empty }: DataTable): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`;
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map(row)}</tbody>
</table></div>`;
}

function row([first, ...rest]: readonly HtmlValue[]): Html {
  return html`<tr><th scope="row">${first}</th>${rest.map((cell) => html`<td>${cell}</td>`)}</tr>
`;
}

/** Names and values, one under the other. */
export function factList(facts: readonly (readonly [name: string, value: HtmlValue])[]): Html {
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
