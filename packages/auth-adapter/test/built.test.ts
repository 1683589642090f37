import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const run = promisify(execFile);

describe('the built package', () => {
  // jest finds exports of CommonJS modules that Node does not: what works here may not start there.
  it.each([
    ['ldap', { LDAP_PORT: '1' }],
    [
      'okta-ldap',
      {
        OKTA_URL: 'http://okta.localhost:1',
        OKTA_LDAP_PORT: '1',
        OKTA_LDAP_GROUPS: 'all',
        OKTA_LDAP_USERNAME: 'a',
        OKTA_LDAP_PASSWORD: 'b',
      },
    ],
    ['oidc', { ISSUER: 'http://okta.localhost:1', CLIENT_ID: 'a', CLIENT_SECRET: 'b' }],
  ])('starts the %s adapter in plain Node, which says that nobody is there', async (mode, env) => {
    const code = `
      import { createAuthAdapter } from '@ldap-to-okta/auth-adapter';
      const adapter = createAuthAdapter(${JSON.stringify({ AUTH_MODE: mode, ...env })});
      await adapter.ready().catch((error) => console.log(error.name, error.code, error.detail));
      await adapter.close();`;
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
    });
    expect(stdout).toBe('AuthError unavailable connection-refused\n');
  });
});
