import { passwordPolicyProblem } from '../directory/password.ts';
import type { Provider } from '../directory/user.ts';
import { invalid, OktaError } from '../http/okta-error.ts';

/** @throws OktaError unless this password may be set for a user with this login and provider */
export function assertPasswordAllowed(password: string, login: string, provider: Provider): void {
  if (provider.type === 'LDAP') {
    throw new OktaError('E0000014', { causes: ["This user's password is kept by the LDAP directory."] });
  }
  const problem = passwordPolicyProblem(password, login);
  if (problem !== undefined) throw invalid('password', problem);
}
