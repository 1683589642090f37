import { type Html, html } from '../../http/page.ts';

/** A time as people read it, in UTC as everywhere in Local Okta. */
export function timeText(time: string | number | null): Html {
  if (time === null || time === 0) return html`<span class="none">Never</span>`;
  const iso = new Date(time).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')} UTC</time>`;
}
