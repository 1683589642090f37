import { claimPorts } from '../../src/ports.ts';
import { LoginPage } from '../sign-in/pages.ts';
import type { Page, Visitor } from '../sign-in/visitor.ts';
import type { Org } from '../steps/org.ts';
import { type Program, run, until } from '../steps/program.ts';

export const ANNA = { login: 'anna@example.com', password: 'Summer-Rain-2026' };

/** A person of the org's own, whose password Okta judges. */
export async function makeAnna(org: Org): Promise<void> {
  const { status } = await org.call('POST', '/api/v1/users?activate=true', {
    profile: { login: ANNA.login, email: ANNA.login, firstName: 'Anna', lastName: 'Ostrow' },
    credentials: { password: { value: ANNA.password } },
  });
  if (status !== 200) throw new Error(`there is no Anna: ${status}`);
}

export interface OidcApp {
  readonly url: string;
  readonly program: Program;
  /** The variables of the app as it was registered. */
  readonly env: NodeJS.ProcessEnv;
  /** Ends the process that runs and starts another one, with other variables; it answers, ready or not. */
  restart(change?: NodeJS.ProcessEnv): Promise<void>;
  /** Its log's line with that text, as soon as there is one. */
  logged(text: string): Promise<string>;
  /** What `/readyz` answers. */
  readiness(): Promise<number>;
  end(): Promise<unknown>;
}

/** Registers an OIDC app at the org, for everybody there, and runs `apps/oidc` with its credentials. */
export async function startOidcApp(
  org: Org,
  folder: string,
  change: { readonly env?: NodeJS.ProcessEnv; readonly postLogoutUris?: readonly string[] } = {},
): Promise<OidcApp> {
  const [port = 0] = await claimPorts([{ port: 0, user: 'a test', variable: 'PORT' }]);
  const url = `http://localhost:${port}`;
  const { status, body } = await org.call('POST', '/api/v1/apps', {
    name: 'oidc_client',
    label: `App ${port}`,
    signOnMode: 'OPENID_CONNECT',
    settings: {
      oauthClient: {
        redirect_uris: [`${url}/authorization-code/callback`],
        post_logout_redirect_uris: change.postLogoutUris ?? [`${url}/`],
        grant_types: ['authorization_code'],
      },
    },
  });
  if (status !== 200) throw new Error(`there is no app: ${status} ${JSON.stringify(body)}`);
  const [everyone] = (await org.call('GET', '/api/v1/groups?q=Everyone')).body;
  await org.call('PUT', `/api/v1/apps/${body.id}/groups/${everyone.id}`);
  const env = {
    AUTH_MODE: 'oidc',
    HOST: '127.0.0.1',
    PORT: String(port),
    OKTA_URL: org.url,
    CLIENT_ID: body.id,
    CLIENT_SECRET: body.credentials.oauthClient.client_secret,
    ...change.env,
  };
  const start = async (more: NodeJS.ProcessEnv): Promise<Program> => {
    const started = run('apps/oidc', { folder, env: { ...env, ...more } });
    await until(async () => {
      if (await Promise.race([started.ended().then(() => true), Promise.resolve(false)])) {
        throw new Error(`the app has ended:\n${started.output()}`);
      }
      return (await fetch(`${url}/healthz`).catch(() => undefined))?.ok ? true : undefined;
    });
    return started;
  };
  let program = await start({});
  return {
    url,
    env,
    get program() {
      return program;
    },
    async restart(more = {}) {
      await program.end();
      program = await start(more);
    },
    logged: async (text) => {
      const line = await until(async () =>
        program
          .output()
          .split('\n')
          .find((one) => one.includes(text)),
      );
      return line;
    },
    readiness: async () => (await fetch(`${url}/readyz`)).status,
    end: () => program.end(),
  };
}

/** Waits until the app says that it can sign people in. */
export const untilReady = (app: OidcApp) => until(async () => ((await app.readiness()) === 200 ? true : undefined));

/** From the app to the org's page and back. */
export async function signInAs(visitor: Visitor, path = '/', { login, password } = ANNA): Promise<Page> {
  return (await LoginPage.open(visitor, path)).signIn(login, password);
}
