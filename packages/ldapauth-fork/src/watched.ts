import type { LdapAuthOptions } from './options.ts';
import { harmless, type OnStep } from './step.ts';

/** A configuration, and with it the connections of all who use it, with an observer for one sign-in. */
export class Watched {
  readonly options: LdapAuthOptions;
  readonly onStep: OnStep;

  constructor(options: LdapAuthOptions, onStep: OnStep) {
    this.options = options;
    this.onStep = harmless(onStep);
  }
}
