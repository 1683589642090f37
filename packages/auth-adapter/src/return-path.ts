/** A place that cannot exist, to see whether a path stays on its own host. */
const NOWHERE = 'http://return-path.invalid';

/** A path of this app, or `/` for anything that would lead elsewhere: `//evil.test`, `/\evil.test`, an address. */
export function localPath(path: string): string {
  if (!path.startsWith('/') || !URL.canParse(path, NOWHERE)) {
    return '/';
  }
  const url = new URL(path, NOWHERE);
  return url.origin === NOWHERE ? `${url.pathname.replace(/^\/+/, '/')}${url.search}${url.hash}` : '/';
}
