import { AuthError, createAuthAdapter, type Environment } from '@ldap-to-okta/auth-adapter';
import { failed, notChecked, ok, type Verdict } from '../exam.ts';
import type { Person } from './people.ts';

const REASONS: Readonly<Record<string, readonly [says: string, todo: string]>> = {
  'invalid-credentials': ['the password is wrong', 'Try another, or have it reset.'],
  locked: ['the account is locked', 'Have it unlocked.'],
  disabled: ['the account is disabled', 'Have it enabled.'],
  'password-expired': ['the password has expired', 'Have it set anew.'],
  'must-change-password': ['the password must be changed first', 'Change it where passwords are changed.'],
  'denied-by-sign-on-policy': [
    'a sign-on policy refuses it: it may want MFA, which a form with a password cannot do',
    'Exempt the app from MFA in the policy, type the factor behind a comma (password,123456), or go on to AUTH_MODE=oidc.',
  ],
};

/** A sign-in by the app's own adapter. The password goes to the directory and nowhere else. */
export async function checkSignIn(env: Environment, person: Person, password: string): Promise<Verdict<void>> {
  const adapter = createAuthAdapter(env);
  try {
    if (adapter.kind !== 'password') return notChecked("people type their password on Okta's page in this mode");
    const result = await adapter.authenticate({ username: person.typed, password });
    if (result.ok) return ok(undefined, `${person.typed} signs in, with ${result.identity.groups.length} groups`);
    const [says, todo] = REASONS[result.detail ?? ''] ??
      REASONS[result.reason] ?? [result.reason, 'Have it looked at.'];
    return failed(`${person.typed} is refused: ${says}`, todo);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    return failed(
      `the app could not judge the password: ${error.message} (${error.code}, ${error.detail})`,
      'The lines above should tell why.',
    );
  } finally {
    await adapter.close();
  }
}
