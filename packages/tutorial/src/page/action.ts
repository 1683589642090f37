/** The two ways to run that the tutorial shows: Node alone, or containers. */
export const ways = ['node', 'docker'] as const;

export type Way = (typeof ways)[number];

/** One thing that a person does, or looks at. */
export type Action =
  | { readonly kind: 'run'; readonly command: string; readonly output: readonly string[]; readonly fails: boolean }
  | { readonly kind: 'stop' }
  | { readonly kind: 'open'; readonly url: string; readonly privately: boolean }
  | { readonly kind: 'open-printed-link' }
  | { readonly kind: 'sign-in'; readonly username: string; readonly password: string }
  | { readonly kind: 'click'; readonly names: readonly string[]; readonly beside?: string }
  | { readonly kind: 'choose'; readonly path: readonly string[] }
  | { readonly kind: 'set'; readonly label: string; readonly value: string }
  | { readonly kind: 'tick'; readonly label: string; readonly on: boolean }
  | { readonly kind: 'see'; readonly texts: readonly string[]; readonly there: boolean }
  | { readonly kind: 'edit-env'; readonly values: Readonly<Record<string, string>> }
  | { readonly kind: 'copy'; readonly label: string; readonly variable: string }
  | { readonly kind: 'picture'; readonly file: string; readonly variable: boolean };

/** An action, and where it is written. */
export interface Step {
  readonly line: number;
  /** As it reads on the page. */
  readonly text: string;
  /** Default: both. */
  readonly way?: Way;
  readonly action: Action;
}

/** A page that cannot be walked as it is written. */
export class PageError extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'PageError';
    this.line = line;
  }
}
