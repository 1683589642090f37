import type { Environment } from '@ldap-to-okta/auth-adapter';
import type { OktaApi } from '@ldap-to-okta/okta-tools';
import type { Exam, Need, Section } from './exam.ts';
import type { Values } from './setting/values.ts';

/** What the checks of one mode are given. */
export interface ModeExam {
  readonly exam: Exam;
  readonly section: Section;
  /** As the app of this mode finds it. */
  readonly env: Environment;
  readonly values: Values;
  readonly org: 'local' | 'real';
  readonly user: SampleUser;
  /** Of that user; undefined: their sign-in is not tried. */
  readonly password: string | undefined;
  /** The org's API, where a token is known. */
  readonly api: Need<OktaApi>;
  readonly timeoutMs: number;
}

export interface SampleUser {
  readonly name: string;
  /** False: the tutorial's, whom another org need not have. */
  readonly isChosen: boolean;
}
