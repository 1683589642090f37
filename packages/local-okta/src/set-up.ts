/**
 * Who does the steps of the tutorial in this org. `auto`: nobody has to. `manual`: a person does all of them.
 * `step-4`: what comes before step 4 is done, as for somebody who is late; the rest is a person's.
 */
export const SET_UPS = ['auto', 'manual', 'step-3', 'step-4', 'step-5'] as const;

export type SetUp = (typeof SET_UPS)[number];

/** 2: agent let in, people imported. 3: LDAP Interface and its service user. 4: OIDC app. */
export type SetUpStep = 2 | 3 | 4;

export function isDoneByItself(setup: SetUp, step: SetUpStep): boolean {
  if (setup === 'auto') return true;
  return setup !== 'manual' && step < Number(setup.slice('step-'.length));
}
