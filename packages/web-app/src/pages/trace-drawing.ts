import { type Hop, PARTY_NAMES, type Party } from '@ldap-to-okta/sign-in-trace';
import { type Html, html } from './html.ts';

const COLUMN = 165;
const ROW = 44;
const HEAD = 62;
const BOX = { width: 124, height: 36 };
/** Words of a step to the last party run on to the right of it; five of them must fit the page. */
const marginOf = (parties: readonly Party[]): number => (parties.length < 5 ? 130 : 40);

/** Who talked to whom, from top to bottom; the list beside it says the same in words. Colours are the style sheet's. */
export function drawPath(parties: readonly Party[], hops: readonly Hop[]): Html {
  const width = (parties.length - 1) * COLUMN + BOX.width + marginOf(parties);
  const height = HEAD + hops.length * ROW + 16;
  const x = (party: Party): number => BOX.width / 2 + 2 + parties.indexOf(party) * COLUMN;
  return html`<svg class="path" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="path-title">
<title id="path-title">The path of this sign-in: ${parties.map((party) => PARTY_NAMES[party]).join(', ')}. The list below has each step.</title>
${parties.map((party) => lifeline(party, x(party), height))}
${hops.map((hop, index) => arrow(hop, index, x(hop.from), x(hop.to)))}
</svg>`;
}

function lifeline(party: Party, x: number, height: number): Html {
  return html`<line class="lifeline" x1="${x}" y1="${BOX.height + 2}" x2="${x}" y2="${height}"/>
<rect class="party" x="${x - BOX.width / 2}" y="2" width="${BOX.width}" height="${BOX.height}" rx="8"/>
<text class="party-name" x="${x}" y="25" text-anchor="middle">${PARTY_NAMES[party]}</text>`;
}

function arrow({ state, title, seenBy }: Hop, index: number, from: number, to: number): Html {
  const y = HEAD + index * ROW + 18;
  const direction = to > from ? 1 : -1;
  const tip = to - direction * 2;
  const left = Math.min(from, to);
  // A failed step is told by its dashes and its cross too, not by colour alone.
  const middle = (from + to) / 2;
  return html`<g class="hop-${state}${seenBy === 'app' ? '' : ' behind'}">
<line class="arrow" x1="${from}" y1="${y}" x2="${tip}" y2="${y}"/>
<path class="tip" d="M${tip} ${y} l${-direction * 9} -5 v10 z"/>
${state === 'failed' ? html`<path class="cross" d="M${middle - 6} ${y - 6} l12 12 m0 -12 l-12 12"/>` : undefined}
<text class="label" x="${left + 8}" y="${y - 7}"><tspan class="number">${index + 1}</tspan> ${title}</text>
</g>`;
}
