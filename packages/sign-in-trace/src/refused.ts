import type { Asked } from '@ldap-to-okta/auth-adapter';
import type { Attempt, Ending } from './attempt.ts';
import type { BehindOkta } from './behind-okta.ts';
import type { Party, Verdict } from './explanation.ts';
import { wordsOf } from './ldap-hops.ts';
import { explainTry } from './okta-verdict.ts';

/** Sent to a form, and not handed on to anybody. */
export function notAsked(reason: 'malformed' | 'throttled'): Verdict {
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

/** Judged by whoever was asked, and refused. */
export function refused(
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
