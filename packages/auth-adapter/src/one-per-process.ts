import passport from 'passport';

let claimed = false;

/**
 * The middleware sets strategy and serializers on passport's global instance, so that a second one would quietly take
 * over the sign-ins of the first.
 *
 * @returns what ends the claim
 * @throws Error while another claim stands
 */
export function claimProcess(): () => void {
  if (claimed) {
    throw new Error(
      'There is an oidc adapter in this process already; @okta/oidc-middleware allows one. Close it first.',
    );
  }
  claimed = true;
  return () => {
    claimed = false;
    passport.unuse('oidc');
  };
}
