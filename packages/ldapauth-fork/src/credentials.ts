const MAX_USERNAME_CHARACTERS = 256;
const MAX_PASSWORD_BYTES = 1_024;
const CONTROL_CHARACTER = /\p{Cc}/u;
// Half of a surrogate pair: JSON can carry it, UTF-8 cannot.
const LONE_SURROGATE = /\p{Cs}/u;

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/**
 * What was typed, if the directory may hear of it; undefined for what nobody's name or password can be: another type,
 * empty, too long, not Unicode, with a NUL or (in a name) another control character.
 *
 * An empty password would be an unauthenticated bind, which succeeds for everybody (RFC 4513 section 5.1.2). The
 * password is not normalised: the directory compares what was typed with what was set.
 */
export function acceptCredentials(username: unknown, password: unknown): Credentials | undefined {
  if (typeof username !== 'string' || typeof password !== 'string' || username === '' || password === '') {
    return undefined;
  }
  if (username.length > MAX_USERNAME_CHARACTERS || CONTROL_CHARACTER.test(username) || LONE_SURROGATE.test(username)) {
    return undefined;
  }
  if (password.length > MAX_PASSWORD_BYTES || Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
    return undefined;
  }
  return password.includes('\0') || LONE_SURROGATE.test(password) ? undefined : { username, password };
}
