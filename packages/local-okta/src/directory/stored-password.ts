import { type ImportedHash, importedHashSchema } from './imported-password.ts';

/**
 * Where a user's password is found.
 *
 * - `none`: not in Okta.
 * - `own`: here, in Okta's own form.
 * - `hash`: here, as another directory hashed it; the first right one is stored in Okta's own form.
 * - `hook`: with the service behind the password import inline hook; the first right one is stored here.
 */
export type PasswordKind = 'none' | 'own' | 'hash' | 'hook';

/** A password that Okta takes over without knowing it. */
export type PasswordToImport = { readonly kind: 'hash'; readonly hash: ImportedHash } | { readonly kind: 'hook' };

const HASH = 'import$';
/** What the column holds for somebody whose password the hook knows. */
export const HOOK = 'hook$default';

export function kindOf(stored: string | null): PasswordKind {
  if (stored === null) return 'none';
  if (stored === HOOK) return 'hook';
  return stored.startsWith(HASH) ? 'hash' : 'own';
}

export function storedFormOf(password: PasswordToImport): string {
  return password.kind === 'hook' ? HOOK : HASH + JSON.stringify(password.hash);
}

/** The imported hash in the column, or undefined where it holds something else. */
export function importedHashOf(stored: string | null): ImportedHash | undefined {
  if (kindOf(stored) !== 'hash') return undefined;
  return importedHashSchema.parse(JSON.parse((stored ?? '').slice(HASH.length)));
}
