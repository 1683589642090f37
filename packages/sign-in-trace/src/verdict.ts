import type { Asked } from '@ldap-to-okta/auth-adapter';
import type { Attempt, Ending } from './attempt.ts';
import type { BehindOkta, OktaTry } from './behind-okta.ts';
import { breakageOf } from './broken.ts';
import type { Party, Verdict } from './explanation.ts';
import { explainTry } from './okta-verdict.ts';
import { notAsked, refused } from './refused.ts';
import { sentBack } from './sent-back.ts';

/** Where a sign-in ended, and why. */
export function judge(attempt: Attempt, asks: Asked, behind: BehindOkta | undefined): Verdict {
  const { end } = attempt;
  switch (end?.kind) {
    case undefined:
      return stillOpen(attempt, behind);
    case 'ok':
      return signedIn(attempt, end, asks, behind);
    case 'not-asked':
      return notAsked(end.reason);
    case 'refused':
      return refused(attempt, end, asks, behind);
    case 'sent-back':
      return sentBack(end);
    case 'broken':
      return broken(attempt, end, asks, behind);
    default:
      return end satisfies never;
  }
}

/** As it stands within a sentence. */
const nameOf = (asks: Asked, by: Attempt['by']): string =>
  asks.who === 'directory' ? 'the directory' : by === 'form' ? "Okta's LDAP Interface" : 'Okta';

function signedIn(
  attempt: Attempt,
  end: Extract<Ending, { kind: 'ok' }>,
  asks: Asked,
  behind: BehindOkta | undefined,
): Verdict {
  const title = `Signed in as ${end.username}`;
  if (asks.who === 'directory') {
    return {
      tone: 'ok',
      title,
      text: 'The app itself asked the directory, and the directory accepted the password.',
      advice: [],
    };
  }
  const last = behind?.tries.at(-1);
  const byRedirect = attempt.by === 'redirect';
  const passwords = byRedirect ? 'No password passed through the app.' : 'The app handed the password to Okta.';
  if (last?.delegated !== undefined) {
    return {
      tone: 'ok',
      title,
      text: `${passwords} Okta asked the LDAP agent, the agent asked the directory, and that accepted it.`,
      advice: [],
    };
  }
  if (last?.hook !== undefined) {
    return {
      tone: 'ok',
      title,
      text: `${passwords} Okta asked the password import hook, which knew it. From now on Okta judges it alone.`,
      advice: [],
    };
  }
  if (last !== undefined) {
    return {
      tone: 'ok',
      title,
      text: `${passwords} Okta judged it alone: neither agent nor directory was asked.`,
      advice: [],
    };
  }
  const text =
    byRedirect && behind?.known === true
      ? 'Okta knew this browser from before, and asked for no password.'
      : `${passwords} Who judged it cannot be seen from here.`;
  return { tone: 'ok', title, text, advice: [] };
}

function broken(
  attempt: Attempt,
  end: Extract<Ending, { kind: 'broken' }>,
  asks: Asked,
  behind: BehindOkta | undefined,
): Verdict {
  const between: [Party, Party] = ['app', asks.who];
  const last = behind?.tries.at(-1);
  // Okta says no more to the app than that it cannot; its log has whom it asked.
  if (last !== undefined && !last.event.ok) {
    return explainTry(last, between);
  }
  const { title, text, advice } = breakageOf(end.code, end.detail, nameOf(asks, attempt.by));
  return { tone: 'failed', between, title, text, advice: [advice] };
}

function stillOpen(attempt: Attempt, behind: BehindOkta | undefined): Verdict {
  const last: OktaTry | undefined = behind?.tries.at(-1);
  if (last !== undefined && !last.event.ok) {
    return explainTry(last, ['browser', 'okta']);
  }
  return {
    tone: 'open',
    title: attempt.by === 'redirect' ? 'The browser was sent to Okta and is not back yet' : 'The sign-in is under way',
    text:
      attempt.by === 'redirect'
        ? 'What happens on the page of Okta, the app does not see. Finish the sign-in there, or start again; then reload this page.'
        : 'Reload this page in a moment.',
    advice: [],
  };
}
