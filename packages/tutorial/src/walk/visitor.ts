import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';

const LOOK_EVERY_MS = 50;
/** A click that leads to another page asks for it at once. */
const NAVIGATION_BEGINS_MS = 250;

/** A person at a browser, who finds things by what is written on them. */
export class Visitor {
  readonly #browser: Browser;
  #context: BrowserContext | undefined;
  #page: Page | undefined;
  /** How long something may take to appear. */
  readonly #patienceMs: number;

  constructor(browser: Browser, patienceMs = 20_000) {
    this.#browser = browser;
    this.#patienceMs = patienceMs;
  }

  get page(): Page {
    if (this.#page === undefined) throw new Error('no page has been opened yet');
    return this.#page;
  }

  async open(url: string, privately = false): Promise<void> {
    if (privately || this.#context === undefined) {
      await this.#context?.close();
      this.#context = await this.#browser.newContext({ viewport: { width: 1280, height: 640 }, locale: 'en-US' });
      this.#context.setDefaultTimeout(this.#patienceMs);
      this.#page = await this.#context.newPage();
    }
    await this.page.goto(url);
  }

  async signIn(username: string, password: string): Promise<void> {
    const secret = this.page.locator('input[type="password"]');
    const name = this.page.locator('input[autocomplete="username"], input[name="username"]');
    await name.first().fill(username);
    await secret.fill(password);
    await this.#andArrive(() => secret.press('Enter'));
  }

  async click(name: string, beside?: string): Promise<void> {
    const within = beside === undefined ? this.page.locator('body') : this.#rowOf(beside);
    const visible = { visible: true };
    // in a row of many, a control may have the row's name beside its own for who does not see the row
    const exact = beside === undefined;
    const buttons = within.getByRole('button', { name, exact }).filter(visible);
    const links = within.getByRole('link', { name, exact }).filter(visible);
    const drops = within.locator('summary').filter({ hasText: name }).filter(visible);
    await buttons.or(links).or(drops).first().waitFor();
    // what one presses comes before what leads elsewhere
    const [control, ...others] = await ((await buttons.count()) > 0 ? buttons : links.or(drops)).all();
    if (control === undefined) throw new Error(`"${name}" is gone`);
    if (others.length > 0) await this.#assertSame(name, [control, ...others]);
    await this.#andArrive(() => control.click());
  }

  /** Two links to one place are one control to a person. */
  async #assertSame(name: string, controls: readonly Locator[]): Promise<void> {
    const places = await Promise.all(controls.map((control) => control.getAttribute('href')));
    if (places.includes(null) || new Set(places).size > 1) {
      throw new Error(
        `${controls.length} controls are called "${name}"; say beside what: Click **${name}** beside **…**.`,
      );
    }
  }

  /** Through the navigation, from heading to page: `Directory > People`. */
  async choose(path: readonly string[]): Promise<void> {
    const navigation = this.page.getByRole('navigation');
    for (const name of path.slice(0, -1)) {
      await navigation.getByText(name, { exact: true }).first().waitFor();
    }
    const link = navigation.getByRole('link', { name: path.at(-1) ?? '', exact: true });
    await this.#andArrive(() => link.click());
  }

  /** A text field, a list to choose from, or the radio buttons of a group. */
  async set(label: string, value: string): Promise<void> {
    const group = this.page
      .getByRole('group', { name: label, exact: true })
      .or(this.page.getByRole('radiogroup', { name: label, exact: true }));
    const field = this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, select, textarea'));
    await field.or(group).first().waitFor();
    if ((await field.count()) === 0) return group.getByLabel(value, { exact: true }).check();
    if ((await field.and(this.page.locator('select')).count()) > 0) await field.selectOption({ label: value });
    else await field.fill(value);
  }

  async tick(label: string, on: boolean): Promise<void> {
    await this.page.getByRole('checkbox', { name: label, exact: true }).setChecked(on);
  }

  /** Waits until every text can be read on the page, or none of them. */
  async see(texts: readonly string[], there: boolean): Promise<void> {
    const until = Date.now() + this.#patienceMs;
    for (;;) {
      const seen = await this.#visibleText();
      const wrong = texts.filter((text) => seen.includes(tidy(text)) !== there);
      if (wrong.length === 0) return;
      if (Date.now() > until) {
        throw new Error(`"${wrong.join('", "')}" ${there ? 'is not' : 'is still'} on ${this.page.url()}:\n${seen}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  /** What stands beside a label: in its field, or as its definition in a list or table. */
  async valueOf(label: string): Promise<string> {
    const field = this.page.getByLabel(label, { exact: true }).and(this.page.locator('input, textarea, output'));
    const term = this.page.locator('dt, th').filter({ hasText: new RegExp(`^\\s*${literally(label)}\\s*$`) });
    await field.or(term).first().waitFor();
    if ((await field.count()) > 0) return field.inputValue();
    const definition = term.locator('xpath=following-sibling::*[1]');
    const code = definition.locator('code');
    return tidy((await ((await code.count()) > 0 ? code.first() : definition).textContent()) ?? '');
  }

  async close(): Promise<void> {
    await this.#context?.close();
  }

  #rowOf(text: string): Locator {
    return this.page.locator('tr, li, dl, fieldset, form, section').filter({ hasText: text }).last();
  }

  /** Does something and, where that leads to another page, waits until it is there. */
  async #andArrive(act: () => Promise<void>): Promise<void> {
    const { page } = this;
    let begun = false;
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const onRequest = (request: { isNavigationRequest(): boolean }): void => {
      begun ||= request.isNavigationRequest();
    };
    page.on('request', onRequest);
    page.on('domcontentloaded', arrived);
    try {
      await act();
      await Promise.race([arrival, delay(NAVIGATION_BEGINS_MS)]);
      if (begun) await Promise.race([arrival, delay(this.#patienceMs)]);
      await page.waitForLoadState('load');
    } finally {
      page.off('request', onRequest);
      page.off('domcontentloaded', arrived);
    }
  }

  async #visibleText(): Promise<string> {
    const text = this.page.evaluate<string>(
      `[document.body.innerText, ...Array.from(document.querySelectorAll('input:not([type=password], [type=hidden]), textarea'), (field) => field.value)].join('\\n')`,
    );
    // between two pages there is nothing to be seen
    return tidy(await text.catch(() => ''));
  }
}

const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim();

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
