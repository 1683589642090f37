import type { Attempt } from './attempt.ts';
import type { BehindOkta } from './behind-okta.ts';
import type { Hop } from './explanation.ts';
import { behindTry, facts, loggedAs, wordsOf } from './ldap-hops.ts';

/** The way of a browser that is sent to Okta and comes back. */
export function redirectHops(attempt: Attempt, behind: BehindOkta | undefined): Hop[] {
  const hops: Hop[] = [];
  for (const step of attempt.steps) {
    if (step.kind === 'redirect') {
      hops.push({
        from: 'app',
        to: 'browser',
        title: 'Send the browser to Okta',
        topic: 'redirect',
        state: 'ok',
        outcome: 'redirected',
        at: step.at,
        seenBy: 'app',
        facts: facts({ to: step.to, ...step.parameters }),
      });
      hops.push(...atOkta(behind));
    } else if (step.kind === 'exchange') {
      const exchanged = step.outcome === 'ok' || attempt.end?.kind !== 'sent-back' || step.outcome === 'invalid_grant';
      if (exchanged) {
        hops.push(...(behind?.authorized === undefined ? [sentBack(attempt, step.at, 'with a code')] : []), {
          from: 'app',
          to: 'okta',
          title: 'Exchange the code for tokens',
          topic: 'exchange',
          state: step.outcome === 'ok' ? 'ok' : 'failed',
          outcome: step.outcome === 'ok' ? 'tokens, checked' : wordsOf(step.outcome),
          at: step.at,
          ms: step.ms,
          seenBy: 'app',
          facts: [
            ...facts({ address: step.url }),
            ...(behind?.granted === undefined ? [] : [loggedAs(behind.granted)]),
          ],
        });
      } else if (behind?.authorized === undefined) {
        hops.push({ ...sentBack(attempt, step.at, wordsOf(step.outcome)), state: 'failed' });
      }
    }
  }
  return hops;
}

function sentBack(attempt: Attempt, at: number, outcome: string): Hop {
  const redirect = attempt.steps.find((step) => step.kind === 'redirect');
  return {
    from: 'okta',
    to: 'app',
    title: 'Send the browser back to the app',
    topic: 'sent-back',
    state: 'ok',
    outcome,
    at,
    seenBy: 'app',
    facts: facts({ to: redirect?.parameters.redirect_uri }),
  };
}

/** What happened on Okta's page, as its log has it. */
function atOkta(behind: BehindOkta | undefined): Hop[] {
  const hops = (behind?.tries ?? []).flatMap((one): Hop[] => {
    const asked = behindTry(one);
    // Where it failed further on, that is the place of the cross.
    const failedHere = !one.event.ok && !asked.some(({ state }) => state === 'failed');
    return [
      {
        from: 'browser',
        to: 'okta',
        title: 'Send user name and password',
        topic: 'sign-in-page',
        state: failedHere ? 'failed' : 'ok',
        outcome: one.event.ok ? 'signed in' : failedHere ? wordsOf(one.event.reason) : 'received',
        at: one.event.at,
        seenBy: 'okta-log',
        facts: facts({ 'user name': one.event.login, 'System Log': one.event.type }),
      },
      ...asked,
    ];
  });
  const { authorized } = behind ?? {};
  if (authorized !== undefined) {
    hops.push({
      from: 'okta',
      to: 'app',
      title: 'Send the browser back to the app',
      topic: 'sent-back',
      state: authorized.ok ? 'ok' : 'failed',
      outcome: authorized.ok ? 'with a code' : wordsOf(authorized.reason),
      at: authorized.at,
      seenBy: 'okta-log',
      facts: facts({ user: authorized.login, 'System Log': authorized.type }),
    });
  }
  return hops;
}
