/** How an attempt to sign in ended: `failed` is neither yes nor no, such as a directory that does not answer. */
export type Outcome = 'in' | 'refused' | 'failed';

const REDIRECTS = 20;
/** Longer than anything in between waits for anything. */
const PATIENCE_MS = 30_000;

interface Page {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** Signs in at an app as a browser without scripts would, wherever the app sends it. */
export async function signIn(appUrl: string, login: string, password: string): Promise<Outcome> {
  try {
    return await attempt(appUrl, login, password);
  } catch (error) {
    // what fetch throws where nobody listens any more, and after its time is up
    if (error instanceof TypeError || (error instanceof DOMException && error.name === 'TimeoutError')) return 'failed';
    throw error;
  }
}

async function attempt(appUrl: string, login: string, password: string): Promise<Outcome> {
  const cookies = new Map<string, Map<string, string>>();

  async function visit(to: URL, body?: URLSearchParams): Promise<Page> {
    let url = to;
    let sent = body;
    for (let hop = 0; hop < REDIRECTS; hop += 1) {
      // by port too: a browser would mix the cookies of all apps of localhost, which have names of their own for that
      const jar = cookies.get(url.host) ?? new Map<string, string>();
      cookies.set(url.host, jar);
      const response = await fetch(url, {
        method: sent === undefined ? 'GET' : 'POST',
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: { accept: 'text/html', cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
        ...(sent === undefined ? {} : { body: sent }),
      });
      for (const line of response.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '') jar.delete(name);
        else jar.set(name, value);
      }
      const next = response.headers.get('location');
      const text = await response.text();
      if (next === null) return { url, status: response.status, text };
      url = new URL(next, url);
      sent = undefined;
    }
    throw new Error(`${to.href} redirects without end.`);
  }

  const form = formOf(await visit(new URL(appUrl)));
  if (form === undefined) return 'failed';
  const page = await visit(form.action, new URLSearchParams({ ...form.fields, username: login, password }));
  if (page.status === 200 && /<h1>Welcome home, /.test(page.text)) return 'in';
  const judged = page.status < 500 && page.status !== 429;
  return judged && formOf(page) !== undefined ? 'refused' : 'failed';
}

/** Sets a password on the page behind a link, as the person does who was sent it. */
export async function setPassword(link: string, password: string): Promise<boolean> {
  const page = await fetch(link);
  const form = formOf({ url: new URL(link), status: page.status, text: await page.text() });
  if (form === undefined) return false;
  const body = new URLSearchParams({ ...form.fields, password, confirmation: password });
  return (await fetch(form.action, { method: 'POST', body })).ok;
}

/** The form that takes a password, with what it sends beside what is typed. */
function formOf({ url, text }: Page): { action: URL; fields: Record<string, string> } | undefined {
  const form = text.match(/<form\b[\s\S]*?<\/form>/g)?.find((part) => /type="password"/.test(part));
  if (form === undefined) return undefined;
  const tags = [
    ...(form.match(/<input\b[^>]*type="hidden"[^>]*>/g) ?? []),
    // the first button with a name is the one that Enter presses
    ...(form.match(/<button\b[^>]*\bname="[^>]*>/) ?? []),
  ];
  const fields = Object.fromEntries(tags.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')]));
  return { action: new URL(attribute(form, 'action'), url), fields };
}

const attribute = (tag: string, name: string): string =>
  (new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1] ?? '').replaceAll('&amp;', '&');
