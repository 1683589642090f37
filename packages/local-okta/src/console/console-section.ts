import type { Router } from 'express';
import type { Context } from '../context.ts';

/** One line of the side navigation. */
export interface NavigationEntry {
  readonly label: string;
  readonly path: string;
  /** Further paths at which this entry is the current one, such as a single user's page. */
  readonly alsoAt?: RegExp;
}

/** A heading of the side navigation with its pages. Without entries it is not shown. */
export interface ConsoleSection {
  /** Undefined: its entries stand by themselves. */
  readonly heading: string | undefined;
  readonly entries: readonly NavigationEntry[];
  /** Made with `createConsoleRouter`, at full paths. */
  readonly router: Router;
  /** Set apart from the rest: it has no counterpart in Okta. */
  readonly local?: boolean;
}

/** What a module of the Admin Console exports; `sections.ts` lists them in the order of the navigation. */
export type CreateConsoleSection = (context: Context) => ConsoleSection;
