import { chmod, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalOkta } from '@ldap-to-okta/local-okta';
import { parseAppOptions } from '../src/app/app-options.ts';
import { registerApp } from '../src/app/register-app.ts';
import { ToolError } from '../src/tool-error.ts';
import {
  API_TOKEN,
  call,
  type FakeOrg,
  makeWorkplace,
  runTool,
  startFakeOrg,
  startLocalOkta,
  type Workplace,
} from './local-org.ts';

let okta: LocalOkta;
let place: Workplace;
let fake: FakeOrg | undefined;

beforeAll(async () => {
  okta = await startLocalOkta();
});
afterAll(() => okta.close());
beforeEach(async () => {
  place = await makeWorkplace();
});
afterEach(async () => {
  await place.remove();
  await fake?.close();
  fake = undefined;
});

const org = (): Record<string, string> => ({ OKTA_URL: okta.urls.okta ?? '', OKTA_API_TOKEN: API_TOKEN });

/** Registers with the command line's arguments, and gives back what was said. */
async function register(args: readonly string[] = [], env: Record<string, string> = org(), timeoutMs = 15_000) {
  const said: string[] = [];
  const options = parseAppOptions([...args, '--env-file', place.envFile]);
  if (options === 'help') throw new Error('no help was asked for');
  await registerApp({
    ...options,
    env,
    say: (line) => said.push(line),
    api: { timeoutMs, sleep: async () => undefined },
  });
  return said.join('\n');
}

async function refusal(args?: readonly string[], env?: Record<string, string>, timeoutMs?: number): Promise<ToolError> {
  try {
    await register(args, env, timeoutMs);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}

const apps = async () =>
  (await call(okta, 'GET', '/api/v1/apps')).body.filter((app: { name: string }) => app.name === 'oidc_client');

describe('Registering the app at Local Okta', () => {
  beforeEach(() => okta.reset());

  it('makes the app, assigns Everyone, and writes the three variables into a file of its owner alone', async () => {
    const said = await register();
    const [app] = await apps();
    expect(app).toMatchObject({
      label: 'Directory tutorial',
      settings: {
        oauthClient: {
          redirect_uris: ['http://localhost:8080/authorization-code/callback'],
          post_logout_redirect_uris: ['http://localhost:8080/'],
        },
      },
    });
    const secret: string = app.credentials.oauthClient.client_secret;
    expect(await place.read()).toBe(
      `ISSUER=${okta.urls.okta}/oauth2/default\nCLIENT_ID=${app.id}\nCLIENT_SECRET=${secret}\n`,
    );
    expect((await stat(place.envFile)).mode & 0o777).toBe(0o600);
    expect(said).toContain('assigned it to Everyone');
    expect(said).not.toContain(secret);
    expect(said).not.toContain(API_TOKEN);
  });

  it('is as good twice as once', async () => {
    await register();
    const before = { apps: await apps(), text: await place.read() };
    const said = await register();
    expect(await apps()).toEqual(before.apps);
    expect(await place.read()).toBe(before.text);
    expect(said).toMatch(/found.*\n {2}assigned to Everyone\n.*up to date$/);
  });

  it('adds addresses that are missing, keeps the others, the secret and everything else', async () => {
    await register();
    const [before] = await apps();
    await register(['--port', '8082']);
    const [after, ...others] = await apps();
    expect(others).toEqual([]);
    expect(after.settings.oauthClient.redirect_uris).toEqual([
      'http://localhost:8080/authorization-code/callback',
      'http://localhost:8082/authorization-code/callback',
    ]);
    expect(after.settings.oauthClient.post_logout_redirect_uris).toEqual([
      'http://localhost:8080/',
      'http://localhost:8082/',
    ]);
    expect(after.credentials).toEqual(before.credentials);
  });

  it('keeps the mode of the file, follows a link to it, and leaves nothing beside it', async () => {
    const real = join(place.folder, 'shared.env');
    await writeFile(real, '# mine\r\nPORT=1\r\n');
    await chmod(real, 0o640);
    await symlink(real, place.envFile);
    await register();
    expect((await stat(real)).mode & 0o777).toBe(0o640);
    expect(await place.read()).toMatch(/^# mine\r\nPORT=1\r\nISSUER=.*\r\nCLIENT_ID=.*\r\nCLIENT_SECRET=.*\r\n$/);
    expect((await readdir(place.folder)).sort()).toEqual(['.env', 'shared.env']);
  });

  it('changes nothing in a dry run', async () => {
    expect(await register(['--dry-run'])).toContain('would have made the app');
    expect(await apps()).toEqual([]);
    expect(await readdir(place.folder)).toEqual([]);
  });

  it('assigns a group by name, or nobody', async () => {
    await call(okta, 'POST', '/api/v1/groups', { profile: { name: 'The "A" team' } });
    expect(await register(['--assign', 'group:The "A" team'])).toContain('assigned it to The "A" team');
    expect(await register(['--label', 'Second', '--assign', 'none'])).not.toContain('assigned');
    const refused = await refusal(['--assign', 'group:Nobody']);
    expect(refused).toMatchObject({ code: 'not-found', message: expect.stringContaining("no group 'Nobody'") });
  });

  it('takes the org from the file, and the token of Local Okta for an org on this computer', async () => {
    await writeFile(place.envFile, `OKTA_URL="${okta.urls.okta}"\nLOCAL_OKTA_API_TOKEN=${API_TOKEN}\n`);
    await register([], {});
    expect(await place.read()).toContain('CLIENT_SECRET=');
  });

  it.each([
    ['PORT=9123', [], 'http://localhost:9123'],
    ['PORT=9123\nAPP_BASE_URL=https://app.example.com/', [], 'https://app.example.com'],
    ['PORT=9123', ['--port', '9124'], 'http://localhost:9124'],
  ])('takes the addresses that the app will have with %j and %j', async (line, args, address) => {
    await writeFile(place.envFile, `${line}\n`);
    await register(args);
    const [app] = await apps();
    expect(app.settings.oauthClient).toMatchObject({
      redirect_uris: [`${address}/authorization-code/callback`],
      post_logout_redirect_uris: [`${address}/`],
    });
  });

  it('says which variable has an address that is none', async () => {
    expect((await refusal([], { ...org(), APP_BASE_URL: 'app.example.com' })).message).toMatch(/^APP_BASE_URL is not/);
    expect((await refusal([], { ...org(), PORT: '80800' })).message).toMatch(/^PORT is a whole number/);
  });

  it('finds Local Okta under *.localhost, whatever the resolver knows', async () => {
    const { port } = new URL(okta.urls.okta ?? '');
    const refused = await refusal([], { ...org(), OKTA_URL: `http://okta.localhost:${port}` });
    // this Local Okta calls itself localhost, and that is what is found out
    expect(refused).toMatchObject({
      code: 'no-authorization-server',
      message: expect.stringContaining(`--issuer ${okta.urls.okta}`),
    });
  });

  it('uses the org server where asked, and keeps it from then on', async () => {
    await register(['--issuer', 'org']);
    expect(await place.read()).toContain(`ISSUER=${okta.urls.okta}\n`);
    await register();
    expect(await place.read()).toContain(`ISSUER=${okta.urls.okta}\n`);
  });

  it('says which app is meant when two have the label, and takes the one of CLIENT_ID', async () => {
    await register();
    const [first] = await apps();
    await call(okta, 'POST', '/api/v1/apps', { ...first, id: undefined, credentials: undefined });
    await register();
    await writeFile(place.envFile, '');
    expect(await refusal()).toMatchObject({ code: 'ambiguous', message: expect.stringContaining(first.id) });
  });

  it('does not touch an app that is switched off', async () => {
    await register();
    const [{ id }] = await apps();
    await call(okta, 'POST', `/api/v1/apps/${id}/lifecycle/deactivate`);
    expect(await refusal()).toMatchObject({ code: 'unsuitable-app', message: expect.stringContaining('deactivated') });
  });

  it('says that the environment goes before what it wrote', async () => {
    expect(await register([], { ...org(), CLIENT_ID: 'of-the-shell' })).toContain('CLIENT_ID: set otherwise');
  });
});

describe('Bad input is one line', () => {
  it.each([
    ['', 'is not set'],
    ['https://https://a.okta.com', 'scheme twice'],
    ['https://integrator-1-admin.okta.com', 'Admin Console; the org itself is https://integrator-1.okta.com'],
    ['https://integrator-1.ldap.okta.com', 'LDAP Interface'],
    ['https://{yourOktaDomain}', 'placeholder'],
    ['https://<org>.okta.com', 'placeholder'],
    ['https://dev-133337.okta.com', 'example org'],
    ['“https://a.okta.com”', 'curly quotes'],
    ["'https://a.okta.com'", 'quote'],
    ['https://a b.okta.com', 'space'],
    ['a.okta.com', 'lacks its scheme'],
    ['http://a.okta.com', 'plain http'],
    ['https://a.okta.com/oauth2/default', 'goes on after the host'],
    ['https://user:pass@a.okta.com', 'user name or password'],
    ['${OKTA_URL}', 'not replaced'],
  ])('OKTA_URL %j: %s', async (url, problem) => {
    const refused = await refusal([], { OKTA_URL: url, OKTA_API_TOKEN: 'x' });
    expect(refused).toMatchObject({ code: 'configuration', message: expect.stringContaining(problem) });
    expect(refused.message).not.toContain('\n');
  });

  it.each(['SSWS 00abc', '<your token>', 'a b', '“00abc”', 'Bearer xyz'])('OKTA_API_TOKEN %j', async (token) => {
    const refused = await refusal([], { ...org(), OKTA_API_TOKEN: token });
    expect(refused).toMatchObject({ code: 'configuration', message: expect.stringContaining('OKTA_API_TOKEN') });
    expect(refused.message).not.toContain(token);
  });

  it('a wrong token, told before anything is changed', async () => {
    const refused = await refusal([], { ...org(), OKTA_API_TOKEN: '00wrongTokenOfNobody' });
    expect(refused).toMatchObject({ code: 'wrong-token', message: expect.stringContaining('E0000011') });
    expect(await readdir(place.folder)).toEqual([]);
  });

  it('a token without the right', async () => {
    fake = await startFakeOrg(
      discovered((_request, response) => {
        response.statusCode = 403;
        return { errorCode: 'E0000006', errorSummary: 'no', errorCauses: [] };
      }),
    );
    expect(await refusal([], { OKTA_URL: fake.url, OKTA_API_TOKEN: 'x' })).toMatchObject({ code: 'forbidden' });
  });

  it('a host that does not exist', async () => {
    const refused = await refusal([], { OKTA_URL: 'https://nowhere.invalid', OKTA_API_TOKEN: 'x' });
    expect(refused).toMatchObject({ code: 'unknown-host', message: expect.stringContaining('nowhere.invalid') });
  });

  it('a port where nobody listens', async () => {
    const refused = await refusal([], { OKTA_URL: 'http://127.0.0.1:1', OKTA_API_TOKEN: 'x' });
    expect(refused).toMatchObject({ code: 'unreachable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it('an org that never answers', async () => {
    fake = await startFakeOrg(discovered(() => undefined));
    expect(await refusal([], { OKTA_URL: fake.url, OKTA_API_TOKEN: 'x' }, 200)).toMatchObject({ code: 'timeout' });
  });

  it('a server that hangs up', async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    expect(await refusal([], { OKTA_URL: `http://127.0.0.1:${port}`, OKTA_API_TOKEN: 'x' })).toMatchObject({
      code: 'unreachable',
    });
    await new Promise((resolve) => server.close(resolve));
  });

  it.each([200, 301, 404, 503])('a web server that is no Okta, with HTTP %d', async (status) => {
    fake = await startFakeOrg((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html', location: 'https://elsewhere.test/' });
      response.end('<html>Welcome</html>');
    });
    const refused = await refusal(['--issuer', 'org'], { OKTA_URL: fake.url, OKTA_API_TOKEN: 'x' });
    expect(refused).toMatchObject({ code: 'not-okta', message: expect.stringContaining(`HTTP ${status}`) });
  });

  it('an org without API Access Management: what to do is said', async () => {
    fake = await startFakeOrg((_request, response) => {
      response.statusCode = 404;
      return { errorCode: 'E0000007', errorSummary: 'Not found' };
    });
    const refused = await refusal([], { OKTA_URL: fake.url, OKTA_API_TOKEN: 'x' });
    expect(refused).toMatchObject({
      code: 'no-authorization-server',
      message: expect.stringContaining('--issuer org'),
    });
  });

  it.each([
    [['--port', '0'], '--port'],
    [['--port', '80', '--base-url', 'http://localhost'], 'two ways'],
    [['--base-url', 'localhost:8080'], 'not a web address'],
    [['--base-url', 'https://app.example.com/path'], 'after the host'],
    [['--redirect-path', 'callback'], '--redirect-path'],
    [['--assign', 'all'], '--assign'],
    [['--label', ' '], '--label'],
    [['--issuer', 'https://a.okta.com/oauth2/default/.well-known/openid-configuration'], 'discovery document'],
    [['--label', 'a', '--label', 'b'], 'twice'],
    [['--secret', 'x'], '--secret'],
    [['stray'], 'stray'],
  ])('the command line %j', async (args, problem) => {
    expect(await refusal(args)).toMatchObject({ code: 'usage', message: expect.stringContaining(problem) });
  });

  it('a file that is a folder, or in none, or in UTF-16', async () => {
    for (const file of [place.folder, join(place.folder, 'none', '.env')]) {
      const { code, stderr } = await runTool('app', ['--env-file', file], org());
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(/^okta:app: .* cannot be (read|written): .*\n$/),
      });
    }
    await writeFile(place.envFile, Buffer.from('\ufeffPORT=1\n', 'utf16le'));
    expect(await refusal()).toMatchObject({ code: 'env-file', message: expect.stringContaining('UTF-8') });
  });
});

/** Discovery as an org has it, and the rest as the test says. */
const discovered =
  (answer: Parameters<typeof startFakeOrg>[0]): Parameters<typeof startFakeOrg>[0] =>
  (request, response, url) => {
    const [issuer, document] = (request.url ?? '').split('/.well-known/');
    if (document === undefined) return answer(request, response, url);
    return { issuer: `${url}${issuer}`, authorization_endpoint: `${url}${issuer}/v1/authorize` };
  };

describe('An org that does not show client secrets', () => {
  const app = {
    id: '0oaHidden',
    label: 'Directory tutorial',
    status: 'ACTIVE',
    signOnMode: 'OPENID_CONNECT',
    credentials: { oauthClient: { client_id: '0oaHidden', token_endpoint_auth_method: 'client_secret_basic' } },
    settings: {
      oauthClient: {
        redirect_uris: ['http://localhost:8080/authorization-code/callback'],
        post_logout_redirect_uris: ['http://localhost:8080/'],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        application_type: 'web',
      },
    },
  };

  const startOrg = (secrets: readonly unknown[]): Promise<FakeOrg> =>
    startFakeOrg(
      discovered((request) => {
        if (request.url?.endsWith('/credentials/secrets')) {
          return request.method === 'POST' ? { id: 'ocs1', status: 'ACTIVE', client_secret: 'made-just-now' } : secrets;
        }
        return request.url?.startsWith('/api/v1/apps?') ? [app] : app;
      }),
    );

  const at = (url: string): Record<string, string> => ({ OKTA_URL: url, OKTA_API_TOKEN: 'x' });

  it('keeps the secret that the file has for this client', async () => {
    fake = await startOrg([]);
    await writeFile(place.envFile, 'CLIENT_ID=0oaHidden\nCLIENT_SECRET=known\n');
    await register(['--assign', 'none'], at(fake.url));
    expect(await place.read()).toBe(`CLIENT_ID=0oaHidden\nCLIENT_SECRET=known\nISSUER=${fake.url}/oauth2/default\n`);
    expect(fake.requests.filter((line) => !line.startsWith('GET'))).toEqual([]);
  });

  it('makes a second one where the file knows none', async () => {
    fake = await startOrg([{ id: 'ocs0', status: 'ACTIVE', secret_hash: 'hash' }]);
    await writeFile(place.envFile, 'CLIENT_ID=0oaOther\nCLIENT_SECRET=of-another\n');
    const said = await register(['--assign', 'none'], at(fake.url));
    expect(await place.read()).toContain('CLIENT_ID=0oaHidden\nCLIENT_SECRET=made-just-now\n');
    expect(said).not.toContain('made-just-now');
  });

  it('says what to do when there are two already', async () => {
    fake = await startOrg([
      { id: 'ocs0', status: 'ACTIVE' },
      { id: 'ocs1', status: 'INACTIVE' },
    ]);
    expect(await refusal(['--assign', 'none'], at(fake.url))).toMatchObject({
      code: 'unsuitable-app',
      message: expect.stringContaining('no third'),
    });
  });

  it('waits for the rate limit, and follows pages without sending the token elsewhere', async () => {
    let calls = 0;
    fake = await startFakeOrg(
      discovered((request, response) => {
        if (request.url?.endsWith('/secrets')) return [{ status: 'ACTIVE', client_secret: 'shown-in-the-list' }];
        if (!request.url?.startsWith('/api/v1/apps?')) return app;
        calls += 1;
        if (calls === 1) {
          response.writeHead(429, { 'x-rate-limit-reset': String(Math.ceil(Date.now() / 1000) + 3) });
          return { errorCode: 'E0000047', errorSummary: 'too many' };
        }
        if (request.url.includes('after=')) return [app];
        response.setHeader('link', '<https://elsewhere.test/api/v1/apps?after=1>; rel="next"');
        return [];
      }),
    );
    const said = await register(['--assign', 'none'], at(fake.url));
    expect(said).toMatch(/rate limit is used up: waiting [3-5] s/);
    expect(said).toContain('client id 0oaHidden');
    expect(await place.read()).toContain('CLIENT_SECRET=shown-in-the-list\n');
  });
});

describe('npm run okta:app', () => {
  it('explains itself, and ends with 2 for what was typed wrong and 1 for what went wrong', async () => {
    expect(await runTool('app', ['--help'], {})).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--redirect-path'),
    });
    expect(await runTool('app', ['--env-file', place.envFile], {})).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^okta:app: OKTA_URL is not set.*\n$/),
    });
    expect(await runTool('app', ['--env-file', place.envFile], { ...org(), OKTA_API_TOKEN: 'wrong' })).toMatchObject({
      code: 1,
    });
  });

  it('registers, with neither token nor secret in its output', async () => {
    const { code, stdout, stderr } = await runTool('app', ['--env-file', place.envFile], org());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [, secret = ''] = /CLIENT_SECRET=(.+)/.exec(await place.read()) ?? [];
    expect(secret).not.toBe('');
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain(API_TOKEN);
  });
});
