import { Agent, request } from 'node:http';

/** `*.localhost` is this computer to every browser (RFC 6761), not to every system. */
const lookup = (_name, { all }, callback) =>
  all ? callback(null, [{ address: '127.0.0.1', family: 4 }]) : callback(null, '127.0.0.1', 4);
const agent = new Agent({ keepAlive: true, lookup });

/** A browser without scripts that has never been here: cookies of each host, redirects, the form with the password. */
export async function signInAt(appUrl, username, password) {
  const cookies = new Map();
  const jarOf = ({ host }) => cookies.get(host) ?? cookies.set(host, new Map()).get(host);

  async function visit(url, form) {
    for (let hops = 0, body = form; hops < 20; hops += 1, body = undefined) {
      const answer = await ask(url, jarOf(url), body);
      if (answer.location === undefined) return { url, ...answer };
      url = new URL(answer.location, url);
    }
    throw new Error(`too many redirects at ${url}`);
  }

  const page = await visit(new URL('/', appUrl));
  const [form = ''] = /<form method="post"[\s\S]*?<\/form>/.exec(page.text) ?? [];
  const hidden = [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const [, action = ''] = /action="([^"]+)"/.exec(form) ?? [];
  const end = await visit(new URL(action, page.url), { ...Object.fromEntries(hidden), username, password });
  if (!end.text.includes(`Welcome home, ${username}!`)) {
    throw new Error(`${username} is not welcomed at ${end.url}, but told ${end.status} ${end.text.slice(0, 200)}`);
  }
}

function ask(url, jar, form) {
  const body = form === undefined ? undefined : new URLSearchParams(form).toString();
  const headers = {
    accept: 'text/html',
    ...(jar.size === 0 ? {} : { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') }),
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method: body === undefined ? 'GET' : 'POST', headers, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece) => {
        text += piece;
      });
      response.on('error', reject);
      response.on('end', () => {
        for (const line of response.headers['set-cookie'] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          jar.set(name, value);
        }
        resolve({ status: response.statusCode, location: response.headers.location, text });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
