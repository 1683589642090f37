import { type Html, html } from '../../http/page.ts';

export interface Tab {
  readonly label: string;
  readonly path: string;
}

/** Pages about the same thing, beside each other. They are links: each has an address of its own. */
export function tabs(label: string, items: readonly Tab[], current: string, kind: 'tabs' | 'side-tabs' = 'tabs'): Html {
  return html`<nav class="${kind}" aria-label="${label}"><ul>${items.map(
    ({ label: text, path }) =>
      html`<li><a href="${path}" ${path === current ? html`aria-current="page"` : ''}>${text}</a></li>`,
  )}</ul></nav>`;
}
