/** As much of a browser as a sign-in needs: cookies per host and path, redirects one at a time, forms. */
export class Browser {
  readonly #jar = new Map<string, { readonly value: string; readonly host: string; readonly path: string }>();

  async get(url: string): Promise<Response> {
    return this.#fetch(url, {});
  }

  async post(url: string, form: Readonly<Record<string, string>> | [string, string][]): Promise<Response> {
    return this.#fetch(url, { method: 'POST', body: new URLSearchParams(form as Record<string, string>) });
  }

  /** A body that no form makes. */
  async send(url: string, body: string, type: string): Promise<Response> {
    return this.#fetch(url, { method: 'POST', body, headers: { 'content-type': type } });
  }

  /** Follows redirects until one leads to `stop`, or a page comes. */
  async follow(response: Response, stop: string): Promise<{ response: Response; location: string | undefined }> {
    let current = response;
    for (let hops = 0; hops < 20; hops += 1) {
      const location = current.headers.get('location');
      if (location === null) return { response: current, location: undefined };
      const next = new URL(location, current.url).href;
      if (next.startsWith(stop)) return { response: current, location: next };
      current = await this.get(next);
    }
    throw new Error('Too many redirects.');
  }

  forget(): void {
    this.#jar.clear();
  }

  async #fetch(url: string, init: RequestInit): Promise<Response> {
    const { hostname, pathname } = new URL(url);
    const cookies = [...this.#jar].flatMap(([key, { value, host, path }]) =>
      host === hostname && pathname.startsWith(path) ? [`${key.split('|')[0]}=${value}`] : [],
    );
    const headers = { ...init.headers, ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line, hostname);
    return response;
  }

  #keep(line: string, host: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    const path = attributes.find((item) => /^path=/i.test(item))?.slice(5) ?? '/';
    const expires = attributes.find((item) => /^expires=/i.test(item))?.slice(8);
    const key = `${name}|${path}`;
    if (value === '' || (expires !== undefined && Date.parse(expires) < Date.now())) this.#jar.delete(key);
    else this.#jar.set(key, { value, host, path });
  }
}

/** Where the first form of a page goes. */
export function actionOf(page: string): string {
  const [, action = ''] = /<form[^>]*action="([^"]*)"/.exec(page) ?? [];
  return action.replaceAll('&amp;', '&');
}
