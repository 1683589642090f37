/**
 * One step of a sign-in, told when it ends. The same shape as the observer of the adapters above, so that it can be
 * handed on as it is. Never carries a password.
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
    };

/** `ok`, or a short code of what went wrong: `invalid-credentials`, `timeout`, `certificate-expired`, … */
export type StepOutcome = 'ok' | (string & {});

export type OnStep = (step: Step) => void;

/** An observer that cannot harm the sign-in it observes. */
export function harmless(onStep: OnStep): OnStep {
  return (step) => {
    try {
      onStep(step);
    } catch {
      // A broken observer must not decide who gets in; its own tests are the place to find it.
    }
  };
}

/** Tells both, as far as there are any. */
export function bothOf(one: OnStep | undefined, other: OnStep | undefined): OnStep | undefined {
  if (one === undefined || other === undefined) {
    return one ?? other;
  }
  return (step) => {
    one(step);
    other(step);
  };
}
