/** A page as a browser without scripts has it: what was answered, and where. */
export interface Page {
  readonly url: URL;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface VisitOptions {
  readonly method?: 'GET' | 'POST';
  readonly body?: string | URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Asks for pages as a person's browser does: keeps the cookies of each host and follows redirects between hosts. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** The page at the end of all redirects. */
  async visit(path: string | URL, options: VisitOptions = {}): Promise<Page> {
    let page = await this.ask(path, options);
    for (let hops = 0; hops < 20; hops++) {
      const next = page.headers.get('location');
      if (page.status < 300 || page.status > 399 || next === null) {
        return page;
      }
      page = await this.ask(new URL(next, page.url));
    }
    throw new Error(`too many redirects, the last one at ${page.url}`);
  }

  /** One answer, redirect or not. */
  async ask(path: string | URL, { method = 'GET', body, headers = {} }: VisitOptions = {}): Promise<Page> {
    const url = new URL(path, this.#base);
    const jar = this.#jarOf(url);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie === '' ? {} : { cookie }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970/i.test(line)) {
        jar.delete(name);
      } else {
        jar.set(name, value);
      }
    }
    return { url, status: response.status, headers: response.headers, text: await response.text() };
  }

  /** The app's cookies, as they could be copied or planted. */
  get cookies(): Map<string, string> {
    return this.#jarOf(new URL(this.#base));
  }

  #jarOf({ host }: URL): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }
}
