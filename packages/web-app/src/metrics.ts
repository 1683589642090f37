import type { Step } from '@ldap-to-okta/auth-adapter';
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** Counts and times for Prometheus. No label ever holds a name, an address or anything else of a person. */
export interface Metrics {
  readonly registry: Registry;
  signIn(outcome: string, seconds?: number): void;
  step(step: Step): void;
  request(method: string, route: string, status: number, seconds: number): void;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const METHODS = new Set(['GET', 'HEAD', 'POST']);

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const signIns = new Counter({
    name: 'sign_ins_total',
    help: 'Sign-ins by outcome: ok, the reason of a refusal, or the code of a failure.',
    labelNames: ['outcome'],
    registers,
  });
  const signInSeconds = new Histogram({
    name: 'sign_in_duration_seconds',
    help: 'How long it took to judge a sign-in with a password.',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers,
  });
  const stepSeconds = new Histogram({
    name: 'sign_in_step_duration_seconds',
    help: 'Steps of sign-ins: connects, binds and searches in a directory, redirects and exchanges with a provider.',
    labelNames: ['kind', 'purpose', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Answered HTTP requests.',
    labelNames: ['method', 'route', 'status'],
    buckets: SECONDS,
    registers,
  });
  return {
    registry,
    signIn(outcome, seconds) {
      signIns.inc({ outcome: code(outcome) });
      if (seconds !== undefined) {
        signInSeconds.observe({ outcome: code(outcome) }, seconds);
      }
    },
    step(step) {
      const purpose = 'purpose' in step ? step.purpose : '';
      stepSeconds.observe({ kind: step.kind, purpose, outcome: code(step.outcome) }, step.ms / 1000);
    },
    request(method, route, status, seconds) {
      requestSeconds.observe({ method: METHODS.has(method) ? method : 'other', route, status }, seconds);
    },
  };
}

/** Memory, garbage collection and event loop of the process: once for each process, not for each app in it. */
export function collectProcessMetrics(metrics: Metrics): void {
  collectDefaultMetrics({ register: metrics.registry });
}

/** An outcome is a short code by contract; anything else must not grow a label without bound. */
function code(outcome: string): string {
  return /^[a-z][a-z-]{0,39}$/.test(outcome) ? outcome : 'other';
}
