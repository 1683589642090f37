import { createHash } from 'node:crypto';
import type { Step } from './observer.ts';

/** What may be told of an authorization request. Left out are state, nonce and PKCE challenge. */
const PUBLIC = ['client_id', 'redirect_uri', 'response_type', 'scope', 'code_challenge_method'];

/** Names one authorization request by a hash of its state: whoever knows the state can find it, and nobody gets that from it. */
export function requestId(state: unknown): string {
  return createHash('sha256').update(String(state)).digest('base64url').slice(0, 22);
}

/** The step of a browser that is sent away with this authorization request. */
export function redirectStep(authorizationUrl: string): Step {
  const url = new URL(authorizationUrl);
  const asked = PUBLIC.flatMap((name): [string, string][] => {
    const value = url.searchParams.get(name);
    return value === null ? [] : [[name, value]];
  });
  return {
    kind: 'redirect',
    to: `${url.origin}${url.pathname}`,
    parameters: Object.fromEntries(asked),
    id: requestId(url.searchParams.get('state')),
    outcome: 'ok',
    ms: 0,
  };
}
