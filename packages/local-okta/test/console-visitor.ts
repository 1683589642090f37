import type { LocalOkta } from '../src/local-okta.ts';
import { Browser } from './browser.ts';

export interface Seen {
  readonly status: number;
  /** The path that the answer came from, with its query. */
  readonly path: string;
  /** The page's HTML. */
  readonly html: string;
  /** What a reader sees of its main part, on one line. */
  readonly text: string;
  readonly headers: Headers;
}

/** A person at the Admin Console whose browser runs no scripts: opens pages, fills in forms of the page that is open. */
export class ConsoleVisitor {
  readonly #origin: string;
  readonly #browser = new Browser();
  #seen: Seen | undefined;

  constructor(okta: Pick<LocalOkta, 'urls'>) {
    this.#origin = okta.urls.okta ?? '';
  }

  get seen(): Seen {
    if (this.#seen === undefined) throw new Error('No page is open.');
    return this.#seen;
  }

  async open(path: string): Promise<Seen> {
    return this.#read(await this.#browser.get(this.#origin + path));
  }

  /** Sends the form with this action, with its hidden fields and the given ones. */
  async submit(action: string, fields: Readonly<Record<string, string | readonly string[]>> = {}): Promise<Seen> {
    const form = this.form(action);
    if (form === undefined) throw new Error(`The page ${this.seen.path} has no form ${action}:\n${this.seen.text}`);
    const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
    return this.post(action, {
      ...Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, decode(value)])),
      ...fields,
    });
  }

  /** Posts just these fields. */
  async post(path: string, fields: Readonly<Record<string, string | readonly string[]>>): Promise<Seen> {
    const pairs = Object.entries(fields).flatMap(([name, value]) => [value].flat().map((item) => [name, item]));
    return this.#read(await this.#browser.post(this.#origin + path, pairs as [string, string][]));
  }

  /** The HTML of the form with this action on the page that is open. */
  form(action: string): string | undefined {
    return [...this.seen.html.matchAll(/<form [^>]*action="([^"]*)"[^>]*>.*?<\/form>/gs)].find(
      ([, given = '']) => decode(given) === action,
    )?.[0];
  }

  async signIn(username: string, password: string): Promise<Seen> {
    await this.open('/admin/sign-in');
    return this.submit('/admin/sign-in', { username, password });
  }

  async #read(first: Response): Promise<Seen> {
    const { response } = await this.#browser.follow(first, 'nowhere:');
    const html = await response.text();
    const { pathname, search } = new URL(response.url);
    const main = /<main[^>]*>(.*)<\/main>/s.exec(html)?.[1] ?? html;
    const text = decode(main.replace(/<[^>]*>/g, ' '))
      .replace(/\s+/g, ' ')
      .trim();
    this.#seen = { status: response.status, path: pathname + search, html, text, headers: response.headers };
    return this.#seen;
  }
}

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code))).replaceAll('&amp;', '&');
}
