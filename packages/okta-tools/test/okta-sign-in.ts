import { createHash } from 'node:crypto';

export interface Client {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
}

/** Signs in on the org's own page, as a browser without JavaScript would; whether it ends with a code for the app. */
export async function signInAtOkta(client: Client, username: string, password: string): Promise<boolean> {
  const cookies = new Map<string, string>();
  const request = async (url: string, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
  const follow = async (first: Response): Promise<Response | URL> => {
    let response = first;
    for (let hops = 0; hops < 10; hops += 1) {
      const location = response.headers.get('location');
      if (location === null) return response;
      const next = new URL(location, response.url);
      if (next.href.startsWith(client.redirectUri)) return next;
      response = await request(next.href);
    }
    throw new Error('Too many redirects.');
  };
  const challenge = createHash('sha256').update('a'.repeat(43)).digest('base64url');
  const query = new URLSearchParams({
    client_id: client.clientId,
    redirect_uri: client.redirectUri,
    response_type: 'code',
    scope: 'openid',
    state: 'state',
    nonce: 'nonce',
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const page = await follow(await request(`${client.issuer}/v1/authorize?${query}`));
  if (page instanceof URL) throw new Error(`No sign-in page, but ${page.search}`);
  const [, action = ''] = /<form[^>]*action="([^"]*)"/.exec(await page.text()) ?? [];
  const form = { decision: 'sign-in', username, password };
  const end = await follow(await request(new URL(action.replaceAll('&amp;', '&'), page.url).href, form));
  return end instanceof URL && end.searchParams.has('code');
}
