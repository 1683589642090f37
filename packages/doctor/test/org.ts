import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLdapAgent, type LdapAgent } from '@ldap-to-okta/ldap-agent';
import { createCertificateAuthority } from '@ldap-to-okta/ldap-server';
import { createLocalOkta, type LocalOkta, type LocalOktaOptions } from '@ldap-to-okta/local-okta';
import type { TestDirectory } from '@ldap-to-okta/test-directory';
import type { CleanUp } from './clean-up.ts';
import { startFront } from './fronts.ts';
import { type Env, freePorts } from './run-doctor.ts';

export const TOKEN = '00testTokenOfTheAdministrator0000000000042';
export const LDAP_ID = '0oa6qvmxznVl4KFXe5d7';

export interface Org {
  readonly okta: LocalOkta;
  readonly agent: LdapAgent | undefined;
  /** Where its web server listens, whatever stands before it. */
  readonly webPort: number;
  /** A whole, right `.env` for it, whatever the mode. */
  readonly env: Env;
  readonly folder: string;
  /** Who signed its certificate for https, as a file. */
  readonly webCaFile: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes, looked at by tests
  call(method: string, path: string, body?: unknown): Promise<any>;
}

export interface OrgOptions extends LocalOktaOptions {
  /** Connects it by an agent, and waits for the import. */
  readonly directory?: TestDirectory;
  /** Reached by https, with an authority that NODE_EXTRA_CA_CERTS has to name. */
  readonly https?: boolean;
}

/** Local Okta with the tutorial's people and its app. */
export async function startOrg(cleanUp: CleanUp, { directory, https = false, ...options }: OrgOptions): Promise<Org> {
  const folder = mkdtempSync(join(tmpdir(), 'doctor-org-'));
  cleanUp.add(() => rmSync(folder, { recursive: true }));
  const [appPort = 0, webPort = 0] = await freePorts(2);
  const authority = createCertificateAuthority();
  const front = https ? await startFront(cleanUp, { tls: authority.issue({ names: ['localhost'] }) }) : undefined;
  const okta = await createLocalOkta({
    memory: true,
    port: webPort,
    ldapPort: 0,
    ldapsPort: 0,
    admin: { apiToken: TOKEN },
    ldapServicePassword: 'S3rvice-right',
    ldapIntegrationId: LDAP_ID,
    oidcApp: {
      clientId: '0oadoctorsapp0000001',
      clientSecret: 'the-right-client-secret',
      appUrls: [`http://localhost:${appPort}`],
    },
    rateLimits: false,
    ...(front === undefined ? {} : { publicUrl: `https://localhost:${front.port}` }),
    ...options,
  });
  cleanUp.add(() => okta.close());
  front?.to(webPort);
  const { okta: url = '', ldaps = '' } = okta.urls;
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`http://localhost:${webPort}${path}`, {
      method,
      headers: { authorization: `SSWS ${TOKEN}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' || !text.startsWith('{') ? text : JSON.parse(text);
  };
  const ca = await call('GET', '/local/ldap-interface/ca.pem');
  const agent = directory && connectDirectory(cleanUp, `http://localhost:${webPort}`, directory, folder);
  const org: Org = {
    okta,
    agent,
    webPort,
    folder,
    webCaFile: file('web-ca.pem', authority.caPem),
    call,
    env: {
      OKTA_ORG: 'real',
      DIRECTORY: 'as-configured',
      OKTA_URL: url,
      OKTA_API_TOKEN: TOKEN,
      OKTA_LDAP_HOST: 'localhost',
      OKTA_LDAP_PORT: new URL(ldaps).port,
      OKTA_LDAP_BASE: okta.ldapBase,
      OKTA_LDAP_CA_FILE: file('ca.pem', ca),
      OKTA_LDAP_ID: LDAP_ID,
      OKTA_LDAP_USERNAME: 'ldap-user',
      OKTA_LDAP_PASSWORD: 'S3rvice-right',
      CLIENT_ID: '0oadoctorsapp0000001',
      CLIENT_SECRET: 'the-right-client-secret',
      PORT: String(appPort),
    },
  };
  if (directory !== undefined) await untilImported(org);
  return org;
}

function connectDirectory(cleanUp: CleanUp, oktaUrl: string, directory: TestDirectory, folder: string): LdapAgent {
  const { hostname, port } = new URL(directory.url);
  const agent = createLdapAgent({
    oktaUrl,
    directory: {
      host: hostname,
      port: Number(port),
      tls: 'off',
      bindDn: directory.adminDn,
      bindPassword: directory.adminPassword,
      root: directory.base,
    },
    stateDir: join(folder, 'ldap-agent'),
    name: 'agent-1',
  });
  cleanUp.add(() => agent.close());
  return agent;
}

async function untilImported({ call }: Org): Promise<void> {
  for (const endsAt = Date.now() + 20_000; Date.now() < endsAt; ) {
    const { state } = await call('GET', '/local/setup');
    if (state === 'ready') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the import does not end');
}

/** As `.env` text. */
export const envText = (env: Env): string =>
  Object.entries(env)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
