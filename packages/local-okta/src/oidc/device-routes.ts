import { type Request, type Response, Router } from 'express';
import type { Provider } from 'oidc-provider';
import { createFailureThrottle } from '../administrators/failure-throttle.ts';
import type { Context } from '../context.ts';
import { PAGE_POLICY } from '../http/page.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { DECISION_PATH, normalizedCode } from './device-flow.ts';
import { activatePage } from './device-pages.ts';
import { messagePage } from './pages.ts';

/** `<org>/activate`, where people type the code of a device of either authorization server. */
export function createDeviceRoutes(
  { config, clock }: Context,
  servers: readonly AuthorizationServer[],
  providerOf: (name: string) => Provider,
): { readonly router: Router; reset(): void } {
  const throttle = createFailureThrottle(clock);
  const router = Router();

  function send(response: Response, status: number, body: string): void {
    response.status(status).set('content-security-policy', PAGE_POLICY).type('html').send(body);
  }

  // Codes are short, so that people can type them: guessing is slowed down (RFC 8628 section 5.1).
  router.use(['/activate', ...servers.map(({ basePath }) => basePath + DECISION_PATH)], (request, response, next) => {
    const address = request.socket.remoteAddress ?? '';
    if (throttle.blocked(address)) {
      const text = 'Too many wrong codes came from your address. Wait a minute and try again.';
      return send(response.set('retry-after', '60'), 429, messagePage('Too many attempts', text));
    }
    response.on('finish', () => {
      if (response.statusCode === 404) throttle.failed(address);
    });
    next();
  });

  async function serverOf(code: string): Promise<AuthorizationServer | undefined> {
    for (const server of servers) {
      const { DeviceCode } = providerOf(server.name);
      if ((await DeviceCode.findByUserCode(code, { ignoreExpiration: true })) !== undefined) return server;
    }
    return undefined;
  }

  router.get('/activate', async (request: Request, response: Response) => {
    const typed = typeof request.query.user_code === 'string' ? request.query.user_code : '';
    if (typed.trim() === '') return send(response, 200, activatePage());
    const code = normalizedCode(typed);
    const server = await serverOf(code);
    if (server === undefined) return send(response, 404, activatePage('Invalid code. Try again.', code));
    response.redirect(303, `${config.publicUrl}${server.basePath}${DECISION_PATH}?code=${code}`);
  });

  return { router, reset: () => throttle.clear() };
}
