import type { Page, Visitor } from './visitor.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'" };

const decode = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot|#39|#x27);/g, (_, name: string) => ENTITIES[name] ?? '');

/** A form of a page, with what it sends beside what is typed: hidden fields, and the button. */
export interface Form {
  readonly action: URL;
  readonly hidden: Readonly<Record<string, string>>;
}

/** The form that contains what `mark` finds, or undefined. */
export function formIn(page: Page, mark: RegExp): Form | undefined {
  const form = page.text.match(/<form\b[\s\S]*?<\/form>/g)?.find((text) => mark.test(text));
  if (form === undefined) {
    return undefined;
  }
  const attribute = (tag: string, name: string): string | undefined =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  const hidden = (form.match(/<input\b[^>]*type="hidden"[^>]*>/g) ?? []).map((tag) => [
    decode(attribute(tag, 'name') ?? ''),
    decode(attribute(tag, 'value') ?? ''),
  ]);
  // The first button with a name is the one that Enter presses.
  const button = form.match(/<button\b[^>]*\bname="[^>]*>/)?.[0];
  if (button !== undefined) {
    hidden.push([decode(attribute(button, 'name') ?? ''), decode(attribute(button, 'value') ?? '')]);
  }
  return { action: new URL(decode(attribute(form, 'action') ?? ''), page.url), hidden: Object.fromEntries(hidden) };
}

/** The form that takes a password: this app's own, or the provider's. */
export class LoginPage {
  readonly #visitor: Visitor;
  readonly page: Page;

  constructor(visitor: Visitor, page: Page) {
    this.#visitor = visitor;
    this.page = page;
  }

  /** Asks for a page of the app and arrives where one signs in. */
  static async open(visitor: Visitor, path = '/'): Promise<LoginPage> {
    return new LoginPage(visitor, await visitor.visit(path));
  }

  get form(): Form {
    const form = formIn(this.page, /type="password"/);
    if (form === undefined) {
      throw new Error(`no sign-in form at ${this.page.url}: ${this.page.status} ${this.page.text.slice(0, 300)}`);
    }
    return form;
  }

  /** What the page says went wrong. */
  get problem(): string | undefined {
    const text = /role="alert"[^>]*>([\s\S]*?)</.exec(this.page.text)?.[1];
    return text === undefined ? undefined : decode(text).trim();
  }

  signIn(username: string, password: string): Promise<Page> {
    const { action, hidden } = this.form;
    return this.#visitor.visit(action, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, username, password }),
    });
  }
}

export class HomePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** The name after "Welcome home", or undefined where nobody is welcomed. */
  get welcomed(): string | undefined {
    const name = /<h1>Welcome home, ([^<]*)!<\/h1>/.exec(this.page.text)?.[1];
    return name === undefined ? undefined : decode(name);
  }

  get profileLink(): string | undefined {
    return /id="profile-button" href="([^"]+)"/.exec(this.page.text)?.[1];
  }
}

export class ProfilePage {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get authorities(): string[] {
    return [...this.page.text.matchAll(/<li>(ROLE_[^<]*)<\/li>/g)].map(([, name = '']) => decode(name));
  }

  claim(name: string): string | undefined {
    const text = new RegExp(`id="claim-${name}">([^<]*)<`).exec(this.page.text)?.[1];
    return text === undefined ? undefined : decode(text);
  }
}

/** Presses Logout on any page of somebody who is signed in. */
export async function signOut(visitor: Visitor): Promise<Page> {
  const form = formIn(await visitor.visit('/'), /id="logout-button"/);
  if (form === undefined) {
    throw new Error('nobody is signed in');
  }
  const page = await visitor.visit(form.action, { method: 'POST', body: new URLSearchParams(form.hidden) });
  // The provider's page sends a form by a script; a visitor without scripts presses its button.
  const leaving = formIn(page, /logoutForm/);
  return leaving === undefined
    ? page
    : visitor.visit(leaving.action, {
        method: 'POST',
        body: new URLSearchParams({ ...leaving.hidden, logout: 'yes' }),
      });
}
