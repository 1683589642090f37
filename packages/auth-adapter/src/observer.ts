import type { Request } from 'express';

/**
 * One step of a sign-in, as it happened: for logs, metrics and the page that explains a sign-in.
 * Never carries a password, a token or a code.
 */
export type Step =
  | { readonly kind: 'connect'; readonly url: string; readonly outcome: StepOutcome; readonly ms: number }
  | {
      readonly kind: 'bind';
      readonly purpose: 'service' | 'user';
      readonly dn: string;
      readonly outcome: StepOutcome;
      readonly ms: number;
    }
  | {
      readonly kind: 'search';
      readonly purpose: 'user' | 'groups';
      readonly base: string;
      readonly scope: 'base' | 'one' | 'sub';
      readonly filter: string;
      readonly entries: number;
      readonly outcome: StepOutcome;
      readonly ms: number;
    }
  | {
      readonly kind: 'redirect';
      readonly to: string;
      /** What the request says in public: `client_id`, `redirect_uri`, `scope`, … */
      readonly parameters: Readonly<Record<string, string>>;
      /** The same for everything that belongs to this request, at whoever knows its state. No secret. */
      readonly id: string;
      readonly outcome: StepOutcome;
      readonly ms: number;
    }
  | {
      readonly kind: 'exchange';
      /** That of the redirect it answers. */
      readonly id: string;
      readonly url: string;
      readonly outcome: StepOutcome;
      readonly ms: number;
    };

/** `ok`, or a short code of what went wrong: `invalid-credentials`, `timeout`, … */
export type StepOutcome = 'ok' | (string & {});

/**
 * Told of each step when it ends. Must not throw and must not block. `request` is the browser's request the step
 * belongs to, where the adapter has one: in redirect sign-in.
 */
export type Observer = (step: Step, request?: Request) => void;

/** An observer that cannot decide who gets in: what it throws is dropped. */
export function harmless(observe: Observer): Observer {
  return (step, request) => {
    try {
      observe(step, request);
    } catch {
      // Its own tests are the place to find out.
    }
  };
}
