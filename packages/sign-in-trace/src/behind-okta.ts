import type { Attempt, TracedStep } from './attempt.ts';
import type { LogEvent } from './system-log.ts';

/** One try at Okta: the event of the bind or of the sign-in page, and whom Okta asked about the password. */
export interface OktaTry {
  readonly event: LogEvent;
  /** The agent's bind to the directory. */
  readonly delegated?: LogEvent;
  /** The password import inline hook. */
  readonly hook?: LogEvent;
}

/** What Okta's System Log says of one attempt, and of nobody else's. */
export interface BehindOkta {
  /** The event that belongs to a step of the app: one of the LDAP Interface. */
  of(step: TracedStep): LogEvent | undefined;
  /** The bind of the person at the LDAP Interface, or each time the sign-in page was sent. */
  readonly tries: readonly OktaTry[];
  readonly authorized?: LogEvent;
  readonly granted?: LogEvent;
  /** Whether the log tells at all which events are this browser's. */
  readonly known: boolean;
}

/** Two clocks differ. */
export const SKEW_MS = 5_000;

const DELEGATED = 'user.authentication.auth_via_LDAP_agent';
const HOOK = 'user.import.password';
const TRIES = ['system.ldapi.bind', 'user.session.start'];

/** Picks the events of one attempt out of those of its time. */
export function eventsOf(attempt: Attempt, events: readonly LogEvent[]): BehindOkta {
  const left = new Set(events);
  const take = (fits: (event: LogEvent) => boolean, near: number): LogEvent | undefined => {
    const [found] = [...left].filter(fits).sort((a, b) => Math.abs(a.at - near) - Math.abs(b.at - near));
    if (found !== undefined) {
      left.delete(found);
    }
    return found;
  };
  // Not every org tells by a transaction what belongs together. Where it does, another try's event is not this one's.
  const isAnothers = ({ transaction }: LogEvent): boolean =>
    transaction !== '' && events.some((event) => TRIES.includes(event.type) && event.transaction === transaction);
  const asked = (type: string, event: LogEvent): LogEvent | undefined =>
    take((other) => other.type === type && other.transaction === event.transaction, event.at) ??
    take(
      (other) =>
        other.type === type &&
        other.ok === event.ok &&
        other.actorId === event.actorId &&
        isClose(other, event.at) &&
        !isAnothers(other),
      event.at,
    );
  const askedAbout = (event: LogEvent): OktaTry => {
    const delegated = asked(DELEGATED, event);
    const hook = asked(HOOK, event);
    return { event, ...(delegated === undefined ? {} : { delegated }), ...(hook === undefined ? {} : { hook }) };
  };
  return attempt.by === 'form' ? ofForm(attempt, take, askedAbout) : ofRedirect(attempt, events, take, askedAbout);
}

type Take = (fits: (event: LogEvent) => boolean, near: number) => LogEvent | undefined;
type AskedAbout = (event: LogEvent) => OktaTry;

/** Each bind and each search of the app has one event at the LDAP Interface: the nearest of the same kind, name and outcome. */
function ofForm(attempt: Attempt, take: Take, askedAbout: AskedAbout): BehindOkta {
  const bySteps = new Map<TracedStep, LogEvent>();
  const tries: OktaTry[] = [];
  for (const step of attempt.steps) {
    const event = take((candidate) => fitsStep(candidate, step), step.at + step.ms);
    if (event !== undefined) {
      bySteps.set(step, event);
      if (step.kind === 'bind' && step.purpose === 'user') {
        tries.push(askedAbout(event));
      }
    }
  }
  return { of: (step) => bySteps.get(step), tries, known: true };
}

function fitsStep(event: LogEvent, step: TracedStep): boolean {
  if (!isClose(event, step.at + step.ms)) {
    return false;
  }
  if (step.kind === 'search') {
    return event.type === 'system.ldapi.search' && isSame(event.data.dn ?? step.base, step.base);
  }
  if (step.kind !== 'bind' || !isSame(event.data.dn ?? loginIn(step.dn, event.login), step.dn)) {
    return false;
  }
  return step.outcome === 'admin-limit'
    ? event.type === 'system.ldapi.admin_limit_exceeded'
    : event.type === 'system.ldapi.bind' && event.ok === (step.outcome === 'ok');
}

/** An org that tells no DN tells the login at least: the DN itself if it names that login. */
function loginIn(dn: string, login: string): string {
  return login !== '' && dn.toLowerCase().startsWith(`uid=${login.toLowerCase()},`) ? dn : '';
}

/**
 * What carries the id of the authorization request is this browser's, at Local Okta. Another org tells no such id: there, what
 * its user did is known when the browser is back and the ID token has said who that is.
 */
function ofRedirect(attempt: Attempt, events: readonly LogEvent[], take: Take, askedAbout: AskedAbout): BehindOkta {
  const redirect = attempt.steps.find((step) => step.kind === 'redirect');
  const exchange = attempt.steps.find((step) => step.kind === 'exchange');
  const userId = attempt.end?.kind === 'ok' ? attempt.end.userId : undefined;
  const byId = (event: LogEvent): boolean => redirect !== undefined && event.data.authnRequestId === redirect.id;
  const hasIds = events.some(byId);
  const isMine = (event: LogEvent): boolean =>
    hasIds
      ? byId(event)
      : userId !== undefined &&
        event.actorId === userId &&
        event.at >= attempt.startedAt - SKEW_MS &&
        event.at <= (attempt.end?.at ?? 0) + SKEW_MS;
  const tries = events.filter((event) => event.type === 'user.session.start' && isMine(event)).map(askedAbout);
  const authorized = events.findLast(
    ({ type, ...event }) => type.startsWith('app.oauth2.as.authorize') && isMine({ type, ...event }),
  );
  const granted =
    exchange &&
    take(
      ({ type, actorId, at }) =>
        type === 'app.oauth2.as.token.grant' && actorId === userId && Math.abs(at - exchange.at) < SKEW_MS,
      exchange.at,
    );
  return {
    of: () => undefined,
    tries,
    ...(authorized === undefined ? {} : { authorized }),
    ...(granted === undefined ? {} : { granted }),
    known: hasIds || userId !== undefined,
  };
}

const isClose = (event: LogEvent, at: number): boolean => Math.abs(event.at - at) <= SKEW_MS;
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
