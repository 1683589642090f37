import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, resolve } from 'node:path';
import { type LdapServer, startLdapServer } from '@ldap-to-okta/ldap-server';
import express, { Router } from 'express';
import { parseBody } from '../api/body.ts';
import type { PartDefinition } from '../context.ts';
import { requireApiToken, requireSuperAdmin } from '../http/api-auth.ts';
import { isDoneByItself } from '../set-up.ts';
import { createBackend } from './backend.ts';
import { createBindRate } from './bind-rate.ts';
import { tlsIdentityFor } from './certificates.ts';
import { createNames } from './names.ts';
import { createSettingsStore, type InterfaceSettings, type SettingsStore, settingsSchema } from './settings.ts';

/** The LDAP Interface, as other parts of Local Okta use it. */
export interface LdapInterface {
  /** Where it listens; empty before the start. */
  view(): InterfaceSettings & { readonly base: string; readonly urls: Readonly<Record<string, string>> };
  readonly set: SettingsStore['set'];
  /** Who signed its certificate. */
  caPem(): string;
}

/** Okta's LDAP Interface: the Universal Directory as an LDAP tree, over TLS only. */
export const ldapInterfacePart: PartDefinition = {
  name: 'ldap-interface',
  create(context) {
    const { config, store, directory, clock, log, services } = context;
    const names = createNames(config.ldapBase);
    const settings = createSettingsStore(store);
    const userNamed = (name: string): string | undefined => {
      const [user, another] = directory.users.findByName(name);
      return another === undefined ? user?.id : undefined;
    };
    const rate = createBindRate({ clock, enabled: config.ldapBindLimit, userNamed });
    directory.onChange((changes) => {
      if (changes.some(({ kind }) => kind === 'reset')) settings.forget();
    });
    let server: LdapServer | undefined;
    let urls: Readonly<Record<string, string>> = {};
    let caPem = '';

    const router = Router();
    // A certificate is public: whoever wants to trust it takes it from here or from the file.
    router.get('/local/ldap-interface/ca.pem', (_request, response) => {
      response.type('application/x-pem-file').send(caPem);
    });
    const guarded = Router();
    guarded.use(requireApiToken(directory), requireSuperAdmin(directory), express.json({ limit: '16kb' }));
    const view = () => ({ ...settings.get(), base: config.ldapBase, urls });
    context.services.ldapInterface = { view, set: settings.set, caPem: () => caPem };
    guarded.get('/', (_request, response) => {
      response.json(view());
    });
    guarded.put('/', (request, response) => {
      settings.set(parseBody(request, settingsSchema));
      response.json(view());
    });
    router.use('/local/ldap-interface', guarded);

    return {
      router,
      seed() {
        if (isDoneByItself(config.setup, 3) && !settings.isSet()) settings.set({ enabled: true, groups: 'all' });
      },
      async start() {
        // OpenLDAP's clients look for the computer's own name when they were told `localhost`.
        const hosts = [
          hostname(),
          'localhost',
          '127.0.0.1',
          '::1',
          'okta.localhost',
          new URL(config.publicUrl).hostname,
        ];
        const { tls, caPem: pem } = tlsIdentityFor(store, [...new Set([...hosts, ...config.allowedHosts])]);
        caPem = pem;
        const backend = createBackend({ context, names, rate, settings: settings.get });
        const listen = (port: number | undefined, ldapsPort: number | undefined): Promise<LdapServer> =>
          startLdapServer({
            backend,
            host: config.host,
            ...(port === undefined ? {} : { port }),
            ...(ldapsPort === undefined ? {} : { ldapsPort }),
            tls,
            requireTls: true,
            onError: (error) => log.error({ err: error }, 'the LDAP Interface failed'),
          });
        const first = await listen(config.ldapPort, config.ldapsPort);
        server = first;
        urls = urlsOf(first);
        services.faults?.onChange(async ({ ldapInterfaceDown }) => {
          if (ldapInterfaceDown) {
            const running = server;
            server = undefined;
            await running?.close();
          } else server ??= await listen(first.port, first.ldapsPort);
        });
        const file = caFileOf(config);
        if (file !== undefined) {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, pem, { mode: 0o644 });
        }
        return { ...urls, ...(file === undefined ? {} : { ldapCaFile: file }) };
      },
      async close() {
        await server?.close();
      },
      reset: () => rate.clear(),
    };
  },
};

function urlsOf({ ldapsUrl, url }: LdapServer): Record<string, string> {
  return {
    ...(ldapsUrl === undefined ? {} : { ldaps: ldapsUrl }),
    ...(url === undefined ? {} : { ldap: url }),
  };
}

/** Where the app finds the certificate authority: as told, or beside the data. */
function caFileOf(config: {
  readonly caFile?: string | undefined;
  readonly dataDir?: string | undefined;
}): string | undefined {
  if (config.caFile !== undefined) return resolve(config.caFile);
  return config.dataDir === undefined ? undefined : resolve(config.dataDir, 'ldap-interface-ca.pem');
}
