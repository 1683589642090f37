import type { Attempt, TracedStep } from './attempt.ts';
import type { BehindOkta, OktaTry } from './behind-okta.ts';
import type { Fact, Hop, Party } from './explanation.ts';
import type { LogEvent } from './system-log.ts';
import type { Topic } from './topics.ts';

type LdapStep = Extract<TracedStep, { readonly kind: 'connect' | 'bind' | 'search' }>;

/** What the app did at the directory, or at Okta's LDAP Interface, and what Okta did about it. */
export function ldapHops(attempt: Attempt, peer: Party, behind: BehindOkta | undefined): Hop[] {
  const nobody = attempt.steps.some((step) => step.kind === 'search' && step.purpose === 'user' && step.entries === 0);
  return attempt.steps.flatMap((step): Hop[] => {
    if (step.kind === 'redirect' || step.kind === 'exchange') {
      return [];
    }
    const event = behind?.of(step);
    const state = stateOf(step);
    const { title, topic, facts } = describe(step, nobody);
    return [
      {
        from: 'app',
        to: peer,
        title,
        topic,
        facts: event === undefined ? facts : [...facts, loggedAs(event)],
        state,
        outcome: outcomeOf(step),
        at: step.at,
        ms: step.ms,
        seenBy: 'app',
      },
      ...(behind?.tries.filter((one) => one.event === event).flatMap(behindTry) ?? []),
    ];
  });
}

/** What a directory answers to a wrong password, in Local Okta's word and in Okta's. */
const ANSWERS: Readonly<Record<string, string>> = { INVALID: 'refused', INVALID_CREDENTIALS: 'refused' };

/** Whom Okta asked about one password. */
export function behindTry({ delegated, hook }: OktaTry): Hop[] {
  const hops: Hop[] = [];
  if (delegated !== undefined) {
    const { agent, directoryDn, directoryUrl, durationMs, error } = delegated.data;
    // Local Okta tells the directory; another org at least that the password was wrong.
    const reached = delegated.ok || directoryUrl !== undefined || delegated.reason in ANSWERS;
    const common = {
      state: delegated.ok ? 'ok' : 'failed',
      at: delegated.at,
      seenBy: 'okta-log',
      topic: 'delegated',
    } as const;
    hops.push({
      ...common,
      from: 'okta',
      to: 'agent',
      title: 'Ask the LDAP agent about the password',
      state: reached ? 'ok' : 'failed',
      outcome: reached ? 'handed over' : wordsOf(error ?? delegated.reason),
      facts: facts({ agent, user: delegated.login, 'System Log': delegated.type }),
    });
    if (reached) {
      hops.push({
        ...common,
        from: 'agent',
        to: 'directory',
        title: 'Bind as the person',
        topic: 'user-bind',
        outcome: delegated.ok ? 'accepted' : (ANSWERS[delegated.reason] ?? wordsOf(error ?? delegated.reason)),
        ms: Number.isFinite(Number(durationMs)) ? Number(durationMs) : undefined,
        facts: facts({ directory: directoryUrl, 'bind DN': directoryDn, 'told by': agent && `the agent ${agent}` }),
      });
    }
  }
  if (hook !== undefined) {
    hops.push({
      from: 'okta',
      to: 'hook',
      title: 'Ask the password import hook',
      topic: 'hook',
      state: hook.ok ? 'ok' : 'failed',
      outcome: hook.ok ? 'verified' : wordsOf(hook.reason),
      at: hook.at,
      seenBy: 'okta-log',
      facts: facts({ user: hook.login, 'System Log': hook.type }),
    });
  }
  return hops;
}

function stateOf(step: LdapStep): Hop['state'] {
  const found = step.kind !== 'search' || step.purpose !== 'user' || step.entries > 0;
  return step.outcome === 'ok' && found ? 'ok' : 'failed';
}

function outcomeOf(step: LdapStep): string {
  if (step.outcome !== 'ok') {
    return wordsOf(step.outcome);
  }
  if (step.kind === 'search') {
    return step.entries === 1 ? '1 entry' : `${step.entries} entries`;
  }
  return step.kind === 'connect' ? 'connected' : 'accepted';
}

function describe(step: LdapStep, nobody: boolean): { title: string; topic: Topic; facts: readonly Fact[] } {
  if (step.kind === 'connect') {
    return { title: 'Connect', topic: 'connect', facts: facts({ address: step.url }) };
  }
  if (step.kind === 'search') {
    const told = facts({ base: step.base, scope: SCOPES[step.scope], filter: step.filter });
    return step.purpose === 'user'
      ? { title: 'Search for the person', topic: 'user-search', facts: told }
      : { title: 'Search for the groups', topic: 'group-search', facts: told };
  }
  const told = facts({ 'bind DN': step.dn });
  if (step.purpose === 'service') {
    return { title: 'Bind as the service account', topic: 'service-bind', facts: told };
  }
  return nobody
    ? { title: 'Bind as nobody', topic: 'decoy', facts: told }
    : { title: 'Bind as the person', topic: 'user-bind', facts: told };
}

const SCOPES = { base: 'this entry alone', one: 'one level below', sub: 'everything below' } as const;

/** Those that there is something to say of. */
export function facts(values: Readonly<Record<string, string | undefined>>): Fact[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [{ name, value }],
  );
}

/** A code as words: `AGENT_UNAVAILABLE`, `invalid-credentials`. */
export function wordsOf(code: string): string {
  return code.toLowerCase().replaceAll(/[_-]+/g, ' ');
}

export function loggedAs(event: LogEvent): Fact {
  const took = event.data.durationMs === undefined ? '' : `, ${event.data.durationMs} ms`;
  return {
    name: 'System Log',
    value: `${event.type}: ${event.ok ? 'success' : wordsOf(event.reason || 'failure')}${took}`,
  };
}
