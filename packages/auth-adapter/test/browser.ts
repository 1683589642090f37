export interface Page {
  readonly url: string;
  readonly status: number;
  readonly body: string;
  /** Every address on the way, the last one included. */
  readonly visited: readonly string[];
}

type Fields = Readonly<Record<string, string>>;

/** As much of a browser as a redirect sign-in needs: cookies by host (ports share them, as in browsers), redirects. */
export interface Browser {
  get(url: string): Promise<Page>;
  post(url: string, fields?: Fields): Promise<Page>;
  /** One request, its redirect not followed. */
  step(url: string): Promise<{ readonly status: number; readonly location: string }>;
  cookie(host: string, name: string): string | undefined;
}

export function createBrowser(): Browser {
  const jar = new Map<string, Map<string, string>>();

  async function request(url: string, method: 'GET' | 'POST', fields?: Fields): Promise<Response> {
    const { hostname } = new URL(url);
    const cookies = jar.get(hostname) ?? new Map<string, string>();
    jar.set(hostname, cookies);
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      ...(fields === undefined ? {} : { body: new URLSearchParams(fields) }),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') {
        cookies.delete(name);
      } else {
        cookies.set(name, value);
      }
    }
    return response;
  }

  async function follow(first: string, method: 'GET' | 'POST', fields?: Fields): Promise<Page> {
    const visited = [first];
    let response = await request(first, method, fields);
    for (let url = first; response.status >= 300 && response.status < 400; ) {
      url = new URL(response.headers.get('location') ?? '', url).href;
      visited.push(url);
      if (visited.length > 20) {
        throw new Error(`redirects without end: ${visited.join(' → ')}`);
      }
      response = await request(url, 'GET');
    }
    return { url: visited.at(-1) ?? first, status: response.status, body: await response.text(), visited };
  }

  return {
    get: (url) => follow(url, 'GET'),
    post: (url, fields) => follow(url, 'POST', fields),
    step: async (url) => {
      const response = await request(url, 'GET');
      await response.text();
      return { status: response.status, location: new URL(response.headers.get('location') ?? '', url).href };
    },
    cookie: (host, name) => jar.get(host)?.get(name),
  };
}
