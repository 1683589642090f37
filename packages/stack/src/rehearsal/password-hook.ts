import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode } from '../node-process.ts';
import { claimPorts } from '../ports.ts';
import type { OrgApi } from './org-api.ts';

export interface PasswordHook {
  /** Makes it the org's password import inline hook. */
  register(api: OrgApi): Promise<void>;
  stop(): Promise<void>;
}

const main = fileURLToPath(new URL('../../../password-hook/dist/main.js', import.meta.url));

/** Starts the service that binds to the directory for Okta, as it would be deployed. */
export async function startPasswordHook(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly folder: string;
}): Promise<PasswordHook> {
  const [port = 0] = await claimPorts([{ port: 0, user: 'the password hook', variable: '' }]);
  const secret = `Bearer ${randomBytes(32).toString('hex')}`;
  const { stop } = await startNode({
    title: 'The password hook',
    main,
    port,
    readyPath: '/readyz',
    env: { ...options.env, HOOK_SECRET: secret },
    logFile: join(options.folder, 'password-hook.log'),
  });
  return {
    stop,
    async register(api) {
      await api.call('POST', '/api/v1/inlineHooks', {
        name: 'Passwords from the directory',
        type: 'com.okta.user.credential.password.import',
        version: '1.0.0',
        channel: {
          type: 'HTTP',
          version: '1.0.0',
          config: {
            uri: `http://127.0.0.1:${port}/okta/password-import`,
            authScheme: { type: 'HEADER', key: 'Authorization', value: secret },
          },
        },
      });
    },
  };
}
