import type { Provider } from 'oidc-provider';

/** The access token that goes out with an ID token, for its `at_hash`. */
export interface IssuedAccessTokens {
  /** What the token endpoint answers with as `access_token`. */
  valueOf(token: object | undefined): string | undefined;
}

/**
 * Okta's ID tokens have `at_hash` in the code flow too, where OpenID Connect (Core, section 3.1.3.6) leaves it open and
 * oidc-provider leaves it out. It hashes a claim of that name, though; all it takes is the token, which it does not keep.
 */
export function rememberAccessTokens(provider: Provider): IssuedAccessTokens {
  const values = new WeakMap<object, string>();
  const { prototype } = provider.AccessToken;
  const { save } = prototype;
  prototype.save = async function (...parameters) {
    const value = await save.apply(this, parameters);
    values.set(this, value);
    return value;
  };
  return { valueOf: (token) => (token === undefined ? undefined : values.get(token)) };
}
