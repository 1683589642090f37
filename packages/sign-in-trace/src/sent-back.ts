import type { Ending } from './attempt.ts';
import type { Party, Verdict } from './explanation.ts';

/** The browser came back without a sign-in. */
export function sentBack({ code, detail }: Extract<Ending, { kind: 'sent-back' }>): Verdict {
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
