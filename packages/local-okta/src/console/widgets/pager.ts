import { type Html, html } from '../../http/page.ts';

/** Entries of a list on one page: none is ever loaded as a whole. */
export const PAGE_SIZE = 25;

/** Where a page of a list begins, as `pager` wrote it into the address; 0 for the first. */
export function pageStart(given: string): number {
  return /^\d{1,15}$/.test(given) ? Number(given) : 0;
}

export interface Pager {
  readonly path: string;
  /** What else is in the address, such as the search. */
  readonly query: Readonly<Record<string, string>>;
  /** Where this page begins, and under which name the address says so (`after`). */
  readonly after: number | string;
  readonly parameter?: string;
  readonly next: number | string | undefined;
}

/** To the first and the next page. Whoever wants the one before goes back in the browser. */
export function pager({ path, query, after, parameter = 'after', next }: Pager): Html {
  const address = (start: number | string): string => {
    const given = Object.entries({ ...query, [parameter]: String(start) }).filter(
      ([, value]) => !['', '0'].includes(value),
    );
    return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
  };
  const beginning = after === 0 || after === '';
  if (beginning && next === undefined) return html``;
  return html`<nav class="pager" aria-label="Pages">
${beginning ? '' : html`<a href="${address('')}" rel="first">First page</a>`}
${next === undefined ? html`<span>End of the list</span>` : html`<a href="${address(next)}" rel="next">Next page</a>`}
</nav>`;
}
