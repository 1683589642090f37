import { Router } from 'express';
import type { Provider } from 'oidc-provider';
import type { PartDefinition } from '../context.ts';
import { requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { LEAVING_PAGE_POLICY } from '../http/page.ts';
import { isDoneByItself } from '../set-up.ts';
import { sweepArtifacts } from './artifacts.ts';
import { authorizationServers, createProvider } from './authorization-server.ts';
import { ensureOidcApp } from './auto-app.ts';
import { createDeviceRoutes } from './device-routes.ts';
import { oidcSchema } from './schema.ts';
import { withOfflineConsent } from './sign-in-policy.ts';
import { createSignInRoutes } from './sign-in-routes.ts';
import { createSigningKeys } from './signing-keys.ts';
import { createTokenEndpoints } from './token-endpoints.ts';

const SWEEP_EVERY_MS = 10 * 60_000;

/** Local Okta as an OpenID provider: the org's authorization server and the custom one named `default`. */
export const oidcPart: PartDefinition = {
  name: 'oidc',
  schema: oidcSchema,
  create(context) {
    const { config, store, clock, directory } = context;
    const servers = authorizationServers(config.publicUrl);
    const keys = createSigningKeys({ store, clock });
    const providers = new Map<string, Provider>();
    let sweep: NodeJS.Timeout | undefined;

    /** A provider reads its keys once: after a rotation, and after a reset, there are new ones. */
    function makeProviders(): void {
      for (const server of servers) providers.set(server.name, createProvider(context, server, keys));
    }

    function providerOf(name: string): Provider {
      const provider = providers.get(name);
      if (provider === undefined) throw new Error('Local Okta has not been seeded yet.');
      return provider;
    }

    const router = Router();
    router.use(createSignInRoutes(context, (name) => providers.get(name)));
    const device = createDeviceRoutes(context, servers, providerOf);
    router.use(device.router);
    for (const server of servers) {
      router.use(createTokenEndpoints(context, server, keys, () => providerOf(server.name)));
    }
    async function rotateKeys(): Promise<string> {
      const kid = await keys.rotate();
      makeProviders();
      return kid;
    }
    context.services.signingKeys = { rotate: rotateKeys, ids: () => keys.published().flatMap(({ kid }) => kid ?? []) };

    router.post(
      '/local/keys/rotate',
      requireApiToken(directory),
      requireSuperAdmin(directory),
      async (_request, response) => {
        response.json({ kid: await rotateKeys() });
      },
    );
    const { host, protocol } = new URL(config.publicUrl);
    for (const { name, mountPath, basePath } of servers) {
      const own = [`${mountPath}/.well-known/openid-configuration`, `${basePath}/v1/`];
      router.use(mountPath === '' ? '/' : mountPath, (request, response, next) => {
        if (!own.some((path) => request.originalUrl.startsWith(path))) return next();
        // oidc-provider builds its links from these headers; they must be the same under whatever name one came, and https
        // where something in front ends TLS.
        request.headers.host = host;
        request.headers['x-forwarded-proto'] = protocol.replace(':', '');
        delete request.headers['x-forwarded-host'];
        if (request.path.endsWith('/v1/authorize')) {
          request.url = withOfflineConsent(request.url);
          request.originalUrl = withOfflineConsent(request.originalUrl);
        }
        // Its own pages send forms that lead to an app; it adds the hash of their script to what it finds here.
        response.set('content-security-policy', LEAVING_PAGE_POLICY);
        void providerOf(name).callback()(request, response);
      });
    }

    return {
      router,
      async seed() {
        await keys.ensure();
        makeProviders();
        if (isDoneByItself(config.setup, 4)) ensureOidcApp(context);
      },
      reset: device.reset,
      start() {
        sweepArtifacts(store, clock);
        sweep = setInterval(() => sweepArtifacts(store, clock), SWEEP_EVERY_MS).unref();
      },
      close() {
        clearInterval(sweep);
      },
    };
  },
};
