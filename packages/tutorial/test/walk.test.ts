import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../src/walk/chromium.ts';
import { portsFrom } from '../src/walk/ports.ts';
import { type WalkResult, walk } from '../src/walk/walk.ts';

// A site of a few pages, and tutorials about it: one that is right, and others with one thing wrong each.

const SIGN_IN = `<title>Sign in</title><main><h1>Sign in</h1><form method="post" action="/home">
<label for="u">User name</label><input id="u" name="username" autocomplete="username">
<label for="p">Password</label><input id="p" name="password" type="password"><button>Sign in</button></form></main>`;
const home = (
  extra = '',
): string => `<title>Home</title><nav aria-label="Main"><h2>Directory</h2><a href="/people">People</a></nav>
<main><h1>Welcome</h1>${extra}<p id="since">since ${new Date().toISOString()}</p></main>`;
const PEOPLE = `<title>People</title><nav><a href="/home">Home</a></nav><main><h1>People</h1><form action="/saved">
<label for="c">Case</label><select id="c" name="c"><option>low</option><option>high</option></select>
<fieldset><legend>Groups</legend><label><input type="radio" name="g" value="a">All</label><label><input type="radio" name="g" value="n">None</label></fieldset>
<label><input type="checkbox" name="k" checked>Keep</label><label for="n">Name</label><input id="n" name="n">
<button>Save</button></form><dl><dt>Client ID</dt><dd>0oaSECRET</dd></dl>
<table><tr><td>first</td><td><a href="/first">Edit</a></td></tr><tr><td>second</td><td><a href="/second">Edit</a></td></tr></table></main>`;

let server: Server;
let browser: Browser;
let url: string;
let welcome: string;
let folder: string;

beforeAll(async () => {
  browser = await launchChromium(process.env.PATH);
  server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? '/', 'http://localhost');
    const pages: Record<string, string> = { '/': SIGN_IN, '/home': home(welcome), '/people': PEOPLE };
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(
      `<!doctype html><html lang="en"><body>${pages[pathname] ?? `<p>At ${pathname}${search}</p>`}</body></html>`,
    );
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://localhost:${(server.address() as AddressInfo).port}`; // of a server that listens
});
afterAll(async () => {
  await browser.close();
  server.close();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'walk-'));
  welcome = '<p>Hello</p>';
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function walked(markdown: string, pictures: 'compare' | 'take' = 'compare'): Promise<WalkResult> {
  const page = join(folder, 'page.md');
  writeFileSync(page, markdown.replaceAll('SITE', url));
  return walk({
    pages: [page],
    way: 'node',
    folder,
    env: { PATH: process.env.PATH },
    ports: portsFrom(undefined),
    pictures,
    browser,
    patienceMs: 2_000,
    signal: new AbortController().signal,
    say: () => undefined,
  });
}

describe('a page that is right', () => {
  it('is walked to its end: terminal, browser, .env', async () => {
    const result = await walked(`
\`\`\`console
$ node -e "console.log('two', 1 + 2)"
two …
\`\`\`

\`\`\`console fails
$ node -e "process.exit(3)"
\`\`\`

\`\`\`console docker
$ no-such-command
\`\`\`

1. Open <SITE/> in a private window. You see **Sign in**. You do not see **Welcome**.
2. Sign in as **me** with **secret**. You see **Welcome** and **Hello**.
3. Choose **Directory** > **People**. Set **Case** to **high**. Set **Groups** to **None**. Clear **Keep**.
4. Set **Name** to \`some one\`. Copy **Client ID** to \`CLIENT_ID\` in \`.env\`. Click **Save**.
5. You see **At /saved?c=high&g=n&n=some+one**. Open <SITE/people>. Click **Edit** beside **second**. You see **At /second**.
6. Set \`AUTH_MODE=oidc\` in \`.env\`.
`);
    expect(result).toEqual({ passed: 19, left: 0 });
    expect(readFileSync(join(folder, '.env'), 'utf8')).toBe('CLIENT_ID=0oaSECRET\nAUTH_MODE=oidc\n');
  });

  it('has its pictures taken, and they are fresh until the page is another', async () => {
    const page = '1. Open <SITE/home>.\n\n   ![Home](images/home.png)\n';
    expect(await walked(page, 'take')).toEqual({ passed: 2, left: 0 });
    expect(readFileSync(join(folder, 'images/home.png')).subarray(1, 4).toString()).toBe('PNG');
    expect(await walked(page)).toEqual({ passed: 2, left: 0 });
    welcome = '<p>Good morning</p>';
    expect((await walked(page)).failure).toMatch(/page\.md:3: [\s\S]*stale[\s\S]*-.*Hello\n\+.*Good morning/);
  });

  it('has pictures of pages that differ each time, of which the headings count', async () => {
    const page = '1. Open <SITE/home>.\n\n   ![Home](images/home.png "Yours has other words.")\n';
    welcome = '<h2>Two</h2><h2>Three</h2><p>Hello</p>';
    await walked(page, 'take');
    welcome = '<h2>Three</h2><h2>Two</h2><p>Good morning</p>';
    expect(await walked(page)).toEqual({ passed: 2, left: 0 });
    welcome = '<h2>Three</h2>';
    expect((await walked(page)).failure).toContain('stale');
  });
});

describe('a page with something wrong in it', () => {
  it.each([
    ['a command that fails', '```console\n$ exit 4\n```', /page\.md:2: \$ exit 4\n.*exit code 4/],
    ['a command that should fail and does not', '```console fails\n$ true\n```', /exit code 0/],
    ['a command that does not exist', '```console\n$ no-such-command\n```', /exit code 127[\s\S]*no-such-command/],
    [
      'output that does not come',
      '```console\n$ echo one\ntwo\n```',
      /has ended and not printed:\ntwo\nIt printed:\none/,
    ],
    [
      'a picture that is missing',
      '1. Open <SITE/>.\n\n![Home](images/none.png)',
      /page\.md:3: .*\n.*none\.png is missing/,
    ],
    ['a sentence that nobody understands', '1. Press **Sign in**.', /page\.md:1: .*"Press \*\*Sign in\*\*\."/],
    ['Ctrl-C where nothing runs', '1. Stop it with Ctrl-C.', /nothing runs/],
    ['a site that does not answer', '1. Open <http://127.0.0.1:9/>.', /net::ERR/],
    ['two controls of one name', '1. Open <SITE/people>. Click **Edit**.', /2 controls are called "Edit"/],
  ])('fails, and says where and what: %s', async (_, page, failure) => {
    const result = await walked(`${page}\n`);
    expect(result.failure).toMatch(failure);
  });

  it('fails for a text and for a control that are not there, and does not go on', async () => {
    const late = await walked('1. Open <SITE/>. You see **Welcome**. Click **Sign in**.');
    expect(late).toEqual({
      passed: 1,
      left: 1,
      failure: expect.stringMatching(/"Welcome" is not on http.*\n.*User name/),
    });
    const absent = await walked('1. Open <SITE/>. Click **Sign up**.');
    expect(absent).toEqual({ passed: 1, left: 0, failure: expect.stringContaining('Sign up') });
  });
});
