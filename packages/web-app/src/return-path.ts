const MAX_LENGTH = 2000;

/** Characters that browsers drop from an address, or read as a slash: `/\evil.test` and `/<tab>/evil.test` lead away. */
const MISLEADING = /[\\\p{Cc}\p{Zl}\p{Zp}]/u;

/** The path to show after signing in, or `/` for anything that is not plainly a page of this app. */
export function localPath(candidate: unknown): string {
  if (typeof candidate !== 'string' || candidate.length > MAX_LENGTH) {
    return '/';
  }
  if (!/^\/(?!\/)/.test(candidate) || MISLEADING.test(candidate)) {
    return '/';
  }
  // What a browser makes of it: `/.//evil.test` is `//evil.test`, and signing in must not lead back to signing in.
  const { pathname } = new URL(candidate, 'http://local.invalid');
  return pathname.startsWith('//') || /^\/log(?:in|out)(?:\/|$)/i.test(pathname) ? '/' : candidate;
}
