import {
  type Attempt,
  type Explanation,
  type Fact,
  type Hop,
  PARTY_NAMES,
  TOPICS,
  type Topic,
} from '@ldap-to-okta/sign-in-trace';
import { type Html, html } from './html.ts';
import { type PageOptions, renderPage, type Site } from './layout.ts';
import { drawPath } from './trace-drawing.ts';

export interface TracePageOptions {
  /** Of this browser, the newest first. */
  readonly attempts: readonly Attempt[];
  /** Which of them is shown, counted from 1. */
  readonly number: number;
  readonly explanation: Explanation | undefined;
  readonly signedIn: { readonly csrfToken: string } | undefined;
}

/** A sign-in explained: where it ended and why, the path drawn, and each step in words. */
export function tracePage(site: Site, { attempts, number, explanation, signedIn }: TracePageOptions): string {
  const navigation: Pick<PageOptions, 'signedIn'> =
    signedIn === undefined ? {} : { signedIn: { ...signedIn, current: 'trace' } };
  const attempt = attempts[number - 1];
  const content =
    attempt === undefined || explanation === undefined
      ? html`<p>This browser has not signed in here within the last quarter of an hour, or has signed out since.</p>
<p><a class="button" href="/login">Sign in</a></p>`
      : html`${whichOne(attempts, number)}
${explained(attempt, explanation)}
${signedIn === undefined ? html`<p class="again"><a class="button" href="/login">Sign in again</a></p>` : undefined}`;
  return renderPage(site, {
    title: 'A sign-in, explained',
    ...navigation,
    body: html`<div class="trace">
<h1>A sign-in, explained</h1>
${content}
<aside class="warning" aria-label="About this page">
<p><strong>This page tells more than a sign-in form may:</strong> whether a user exists, and why a password was refused. It shows
the last sign-ins of this browser alone, for a quarter of an hour, and holds no password, token or code.
It is there because <code>SIGN_IN_TRACE=on</code>; in production it stays off.</p>
</aside>
</div>`,
  });
}

function whichOne(attempts: readonly Attempt[], number: number): Html | undefined {
  if (attempts.length < 2) {
    return undefined;
  }
  const links = attempts.map((attempt, index) => {
    const label = `${index === 0 ? 'the last one, ' : ''}${clock(attempt.startedAt).slice(0, 8)}`;
    return index + 1 === number
      ? html`<li><a href="/trace?attempt=${index + 1}" aria-current="page">${label}</a></li>`
      : html`<li><a href="/trace?attempt=${index + 1}">${label}</a></li>`;
  });
  return html`<nav aria-label="Sign-ins of this browser" class="attempts"><ul>${links}</ul></nav>`;
}

function explained(attempt: Attempt, { verdict, parties, hops, notes }: Explanation): Html {
  const [from, to] = verdict.between ?? [];
  return html`<section class="verdict verdict-${verdict.tone}" aria-labelledby="verdict">
<h2 id="verdict">${visible(verdict.title)}</h2>
${from && to && html`<p class="where">It ended between <strong>${PARTY_NAMES[from]}</strong> and <strong>${PARTY_NAMES[to]}</strong>.</p>`}
<p>${visible(verdict.text)}</p>
${verdict.advice.length > 0 ? html`<ul>${verdict.advice.map((line) => html`<li>${visible(line)}</li>`)}</ul>` : undefined}
</section>
<section>
<h2 id="path-heading">The path</h2>
<div class="scroll drawing" tabindex="0" role="region" aria-labelledby="path-heading">
${drawPath(parties, hops)}
</div>
<p class="hint">Thin lines are what Okta's System Log tells; the rest this app saw itself. A cross is where something failed.</p>
</section>
<section>
<h2>Step by step</h2>
<p>Begun at ${clock(attempt.startedAt)} UTC.</p>
<ol class="hops" role="list">${hops.map((hop, index) => step(hop, index, attempt.startedAt))}</ol>
${notes.length > 0 ? html`<ul class="notes">${notes.map((note) => html`<li>${visible(note)}</li>`)}</ul>` : undefined}
</section>
<section>
<h2>What the steps mean</h2>
<dl class="topics">${topicsOf(hops).map(topic)}</dl>
</section>`;
}

const STATES: Readonly<Record<Hop['state'], string>> = { ok: '✓', failed: '✗', neutral: '→' };

function step(hop: Hop, index: number, startedAt: number): Html {
  const when =
    hop.seenBy === 'app' ? `after ${milliseconds(hop.at - startedAt)}` : `at ${clock(hop.at)} by Okta's clock`;
  const took = hop.ms === undefined ? undefined : html`, took <strong>${milliseconds(hop.ms)}</strong>`;
  return html`<li class="hop hop-${hop.state}" id="hop-${index + 1}">
<h3><span class="parties">${PARTY_NAMES[hop.from]} <span aria-hidden="true">→</span><span class="unseen"> to </span> ${PARTY_NAMES[hop.to]}</span> ${hop.title}</h3>
<p><span class="state"><span aria-hidden="true">${STATES[hop.state]}</span> ${visible(hop.outcome)}</span>
<span class="when">${when}${took}; ${hop.seenBy === 'app' ? 'seen by this app' : "told by Okta's System Log"}</span></p>
${hop.facts.length > 0 ? html`<dl>${hop.facts.map(fact)}</dl>` : undefined}
<p class="meaning"><a href="#about-${hop.topic}">What this means: ${TOPICS[hop.topic].title}</a></p>
</li>`;
}

function fact({ name, value }: Fact): Html {
  return html`<div><dt>${name.replaceAll('_', ' ')}</dt><dd><code>${visible(value)}</code></dd></div>`;
}

function topicsOf(hops: readonly Hop[]): Topic[] {
  return [...new Set(hops.map((hop) => hop.topic))];
}

function topic(name: Topic): Html {
  return html`<div id="about-${name}"><dt>${TOPICS[name].title}</dt><dd>${TOPICS[name].text}</dd></div>`;
}

/** `09:30:01.123`, in UTC as logs are. */
function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}

function milliseconds(ms: number): string {
  return `${ms < 10 ? Math.max(0, ms).toFixed(1) : Math.round(ms)} ms`;
}

/** Text that somebody else chose: what cannot be seen, or turns the direction of writing, is shown as its number. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`,
  );
}
