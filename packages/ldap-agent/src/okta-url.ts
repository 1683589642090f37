const CURLY_QUOTES = /[\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f]/;

/** The address of the org as typed, judged: either the origin to talk to, or what is wrong with it. */
export type OktaUrlResult =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly problem: string };

/**
 * Recognises the ways in which `OKTA_URL` goes wrong before anything is sent anywhere.
 *
 * @param value as the environment holds it: `http://okta.localhost:8090`
 * @param allowPlaintext whether plain http may leave this host
 */
export function parseOktaUrl(value: string | undefined, allowPlaintext = false): OktaUrlResult {
  const problem = syntaxProblem(value);
  if (problem !== undefined) return { ok: false, problem };
  let url: URL;
  try {
    url = new URL((value ?? '').trim());
  } catch {
    return { ok: false, problem: `${JSON.stringify(value)} is not a web address` };
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return {
      ok: false,
      problem: `it starts with ${url.protocol}//, and only https:// (or http:// on this host) is known`,
    };
  }
  if (url.username !== '' || url.password !== '') return { ok: false, problem: 'it must not hold a user or password' };
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return {
      ok: false,
      problem: `it must be the org's address alone, without ${url.pathname}${url.search}${url.hash}`,
    };
  }
  if (url.protocol === 'http:' && !allowPlaintext && !isLoopbackName(url.hostname)) {
    return {
      ok: false,
      problem: `plain http to ${url.hostname} would send passwords in clear; use https://, or allow it with DANGEROUSLY_ALLOW_PLAINTEXT_OKTA=true`,
    };
  }
  return { ok: true, url: url.origin };
}

function syntaxProblem(value: string | undefined): string | undefined {
  if (value === undefined || value.trim() === '') return 'it is not set';
  if (CURLY_QUOTES.test(value)) return 'it holds curly quotes; use straight quotes in .env, or none';
  if (/["'`]/.test(value)) return 'it holds quotes; a value that reaches a container keeps them, so leave them out';
  if (/\$\{?\w+/.test(value)) return 'it holds a variable that was not replaced, such as $OKTA_DOMAIN';
  if (/\s/.test(value.trim())) return 'it holds a space';
  if (/^[a-z]+:\/*[a-z]+:\/\//i.test(value.trim())) return 'it holds the scheme twice; keep one https://';
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value.trim())) return 'it lacks its scheme: https:// in front of the host';
  return undefined;
}

/** Names that cannot leave this host: RFC 6761 section 6.3 for `localhost` and below it. */
export function isLoopbackName(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    hostname === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(hostname)
  );
}
