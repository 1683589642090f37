import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDirectory } from '@ldap-to-okta/test-directory';
import { appMain } from '../../dist/app-process.js';
import { externalEnv } from '../../dist/directory.js';
import { startLocalOrg } from '../../dist/local-org.js';
import { modePlans } from '../../dist/modes.js';
import { claimPorts } from '../../dist/ports.js';

/** A real slapd, Local Okta and the agent, connected and imported: what the apps of all modes ask. */
export async function startServices(modes) {
  const closers = [];
  const close = async () => {
    for (const step of closers.splice(0).reverse()) await step();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'bench-apps-'));
    closers.push(() => rm(folder, { recursive: true, force: true }));
    const slapd = await startDirectory({ kind: 'slapd' });
    closers.push(() => slapd.remove());
    const directory = { env: externalEnv({ url: slapd.ldapsUrl, caFile: slapd.caFile }) };
    const wanted = [...modes, 'http', 'ldaps', 'ldap'].map((user) => ({ port: 0, user, variable: '' }));
    const ports = await claimPorts(wanted);
    const [http, ldaps, ldap] = ports.slice(modes.length);
    const org = await startLocalOrg({
      ports: { http, ldaps, ldap },
      appUrls: modes.map((_mode, index) => `http://localhost:${ports[index]}`),
      env: {
        PATH: process.env.PATH,
        LOG_LEVEL: 'warn',
        // the benchmark is of the product, not of Okta's limits
        LOCAL_OKTA_RATE_LIMITS: 'off',
        LOCAL_OKTA_LDAP_BIND_LIMIT: 'off',
      },
      folder,
      announce: () => undefined,
    });
    closers.push(() => org.close());
    await org.connect(directory);
    const apps = modes.map((mode, index) => ({
      mode,
      name: mode,
      main: appMain(mode),
      port: ports[index],
      logFile: join(folder, `${mode}.log`),
      env: { PATH: process.env.PATH, LOG_LEVEL: 'warn', ...modePlans[mode].appEnv({ directory, org }) },
    }));
    return { apps, close };
  } catch (error) {
    await close();
    throw error;
  }
}
