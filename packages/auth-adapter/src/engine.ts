import { createRequire } from 'node:module';
import { AuthError } from './auth-error.ts';

/**
 * Refuses to start unless the `ldapauth-fork` that passport-ldapauth loads is the pooled engine of this repository. The
 * stock package of that name opens connections for every sign-in and lets a username end the process.
 *
 * @throws AuthError `misconfigured`
 */
export function assertPooledEngine(): void {
  const fromHere = createRequire(import.meta.url);
  // Asked from where passport-ldapauth lies: npm may have put another copy beneath it.
  const engine: unknown = createRequire(fromHere.resolve('passport-ldapauth'))('ldapauth-fork');
  if (typeof engine !== 'function' || !('engine' in engine) || engine.engine !== 'pooled') {
    throw new AuthError(
      'misconfigured',
      'passport-ldapauth would run on the stock ldapauth-fork. Install the pooled engine in its place: in the root ' +
        'package.json, a dependency "ldapauth-fork": "file:./packages/ldapauth-fork" and ' +
        '"overrides": { "passport-ldapauth": { "ldapauth-fork": "$ldapauth-fork" } }; then npm install.',
      { detail: 'foreign-engine' },
    );
  }
}
