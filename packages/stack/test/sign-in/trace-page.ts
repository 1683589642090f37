import { expect } from '@jest/globals';
import { LoginPage } from './pages.ts';
import { Visitor } from './visitor.ts';

/** The page that explains a sign-in, read. */
export interface Trace {
  readonly title: string;
  readonly between: string;
  /** `Browser → App ok` */
  readonly hops: readonly string[];
  readonly text: string;
}

/** Signs in as a person does, then reads the page that explains it, and fails if a secret is on it. */
export async function traceSignIn(
  url: string,
  username: string,
  password: string,
  secrets: readonly string[] = [],
): Promise<Trace> {
  const visitor = new Visitor(url);
  const login = await LoginPage.open(visitor, '/login');
  const { cookies } = visitor;
  const answer = await login.signIn(username, password);
  const { text } = await visitor.visit('/trace');
  const state = new URL(login.page.url).searchParams.get('state');
  for (const secret of [password, ...secrets, ...cookies.values(), ...(state === null ? [] : [state])]) {
    expect([secret, text.includes(secret)]).toEqual([secret, false]);
  }
  // The form and the error pages stay generic.
  expect(answer.text).not.toMatch(/No LDAP agent|no such user|service account|connection refused/i);
  return readTrace(text);
}

export function readTrace(text: string): Trace {
  const plain = (markup: string | undefined): string =>
    (markup ?? '')
      .replace(/<[^>]*>/g, '')
      .replaceAll('&#39;', "'")
      .replace(/\s+/g, ' ')
      .trim();
  return {
    title: plain(/<h2 id="verdict">(.*?)<\/h2>/.exec(text)?.[1]),
    between: plain(/<p class="where">(.*?)<\/p>/.exec(text)?.[1]).replace(/^It ended between |\.$/g, ''),
    hops: [...text.matchAll(/<li class="hop hop-(\w+)".*?class="parties">(.*?)<\/span> [^<]*<\/h3>/gs)].map(
      ([, state, parties]) => `${plain(parties?.replace(/<span class="unseen">.*?<\/span>/, ''))} ${state}`,
    ),
    text,
  };
}
