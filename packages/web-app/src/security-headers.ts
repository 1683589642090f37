import type { RequestHandler } from 'express';
import helmet from 'helmet';

export interface SecurityHeaderOptions {
  /** Browsers reach the app by https. */
  readonly https: boolean;
  /** Signing out leads on to the identity provider. */
  readonly redirects: boolean;
}

/**
 * Nothing inline and nothing from elsewhere. Chromium applies `form-action` to where an answer to a form redirects,
 * so that signing out at a provider, whose address the shell does not know, needs more than `'self'`:
 * https://github.com/w3c/webappsec-csp/issues/8
 */
export function securityHeaders({ https, redirects }: SecurityHeaderOptions): RequestHandler {
  const providers = https ? ['https:'] : ['https:', 'http://localhost:*', 'http://*.localhost:*', 'http://127.0.0.1:*'];
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'"],
        formAction: redirects ? ["'self'", ...providers] : ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    // Meaningless over http, and on localhost it would outlive this app for every other one there.
    strictTransportSecurity: https,
    referrerPolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
  return (request, response, next) => {
    // Every answer is personal or momentary, but for the assets, which say otherwise.
    response.setHeader('Cache-Control', 'no-store');
    headers(request, response, next);
  };
}
