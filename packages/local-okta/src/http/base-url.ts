import type { Express, Request } from 'express';

const PUBLIC_URL = 'public url';

/** Tells {@link baseUrl} of this application's requests the public URL. */
export function setPublicUrl(app: Express, publicUrl: string): void {
  app.set(PUBLIC_URL, publicUrl);
}

/**
 * The address under which the caller reached us; the Host header has been checked. Under the public URL's name it is the
 * public URL: something in front may end TLS there, and links must lead back through it.
 */
export function baseUrl(request: Request): string {
  const publicUrl = String(request.app.get(PUBLIC_URL));
  const scheme = publicUrl.slice(0, publicUrl.indexOf('//'));
  return new URL(`${scheme}//${request.host}`).origin === publicUrl
    ? publicUrl
    : `${request.protocol}://${request.host}`;
}
