import type { Asked } from '@ldap-to-okta/auth-adapter';
import type { Attempt, Ending } from './attempt.ts';
import type { BehindOkta, OktaTry } from './behind-okta.ts';
import { breakageOf } from './broken.ts';
import type { Party, Verdict } from './explanation.ts';
import { wordsOf } from './ldap-hops.ts';
import { explainTry } from './okta-verdict.ts';

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

function notAsked(reason: 'malformed' | 'throttled'): Verdict {
  const between: [Party, Party] = ['browser', 'app'];
  return reason === 'malformed'
    ? {
        tone: 'failed',
        between,
        title: 'The app asked nobody: what was sent is no user name and password',
        text: 'Both must be text of an ordinary length: 256 characters of user name, 1024 of password.',
        advice: ['Fill in both fields.'],
      }
    : {
        tone: 'failed',
        between,
        title: 'The app asked nobody: there were too many wrong guesses',
        text: 'After a number of failures further ones are refused unheard, so that nobody can try password after password.',
        advice: ['Wait as long as the form says.', 'SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS sets the number.'],
      };
}

function refused(
  attempt: Attempt,
  end: Extract<Ending, { kind: 'refused' }>,
  asks: Asked,
  behind: BehindOkta | undefined,
): Verdict {
  const between: [Party, Party] = ['app', asks.who];
  const search = attempt.steps.find((step) => step.kind === 'search' && step.purpose === 'user');
  if (search?.kind === 'search' && search.entries === 0) {
    return {
      tone: 'failed',
      between,
      title: asks.who === 'okta' ? 'Okta has no such user' : 'There is no such user',
      text: `The search found nobody of this name below ${search.base}. The password was not looked at.`,
      advice:
        asks.who === 'okta'
          ? [
              'Is the person imported from the directory, and active? In Okta the user name is an e-mail address as a rule.',
              'Does the service user have a role that may view users? Without one it finds nobody but itself.',
            ]
          : ['Look for a typo in the name, and at the base and the filter of the search below.'],
    };
  }
  if (attempt.steps.length === 0) {
    return {
      tone: 'failed',
      between: ['browser', 'app'],
      title: 'The app asked nobody: a field was empty, or no text',
      text: 'An empty password must never reach a directory, which would take it for an anonymous bind and say yes.',
      advice: ['Fill in both fields.'],
    };
  }
  const last = behind?.tries.at(-1);
  if (last !== undefined && end.detail === undefined) {
    return explainTry(last, between);
  }
  return {
    tone: 'failed',
    between,
    ...reasonText(end.detail ?? end.reason, asks.who === 'okta' ? 'Okta' : 'The directory'),
  };
}

function reasonText(reason: string, who: string): Pick<Verdict, 'title' | 'text' | 'advice'> {
  switch (reason) {
    case 'invalid-credentials':
      return {
        title: 'The password is wrong',
        text: `The person was found. ${who} refused a bind as that person with the password that was typed.`,
        advice:
          who === 'Okta' ? ['LDAP cannot say more: a locked account and an expired password may look the same.'] : [],
      };
    case 'denied-by-sign-on-policy':
      return {
        title: 'A sign-on policy forbids it',
        text: 'Okta wants more than a password from this person, such as a second factor, which a form with one password cannot give.',
        advice: [
          'Exempt the LDAP Interface in the policy, or go on to step 4: OpenID Connect leaves the asking to Okta.',
        ],
      };
    case 'locked':
      return {
        title: 'The account is locked',
        text: 'There were too many wrong passwords. The one that was typed may be right.',
        advice: ['Unlock the account, or wait.'],
      };
    case 'password-expired':
      return {
        title: 'The password has expired',
        text: `${who} knows it, and no longer lets anybody in with it.`,
        advice: ['Set a new one.'],
      };
    case 'must-change-password':
      return {
        title: 'The password must be changed first',
        text: `${who} accepts it for nothing but setting another one.`,
        advice: ['Set a new one.'],
      };
    default:
      return {
        title: `The account may not be used: ${wordsOf(reason)}`,
        text: `${who} found the person, and lets nobody in as them now.`,
        advice: [],
      };
  }
}

function sentBack({ code, detail }: Extract<Ending, { kind: 'sent-back' }>): Verdict {
  const between: [Party, Party] = ['okta', 'app'];
  switch (code) {
    case 'access-denied':
      return {
        tone: 'failed',
        between,
        title: 'Okta signed the person in, and does not open this app to them',
        text: 'The app is not assigned to the person, a policy forbids it, or they chose to cancel.',
        advice: ['In the Admin Console: Applications, the app, Assignments.'],
      };
    case 'login-required':
      return {
        tone: 'failed',
        between,
        title: 'Okta wants the person to sign in again',
        text: `It answered ${detail}.`,
        advice: ['Sign in again.'],
      };
    case 'stale':
      return {
        tone: 'failed',
        between,
        title: 'The answer belongs to no sign-in that is open in this browser',
        text: 'It was answered before, is too old, or was begun elsewhere: the back button, another browser, another host name for the same app, or a forgery. The app believes none of them.',
        advice: [
          'Start again.',
          'If it happens each time: is APP_BASE_URL the address in the browser, localhost or 127.0.0.1?',
        ],
      };
    default:
      return {
        tone: 'failed',
        between,
        title: 'Okta reports a fault of its own, or of how the app is registered',
        text: `It answered ${detail}.`,
        advice: ["Compare the app's redirect URI, grant types and scopes in the Admin Console with the request below."],
      };
  }
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
