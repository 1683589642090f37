const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that `html` made, so everything in it that came from elsewhere is escaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

export type HtmlValue = Html | string | number | undefined | readonly Html[];

/** A template in which every value is escaped, unless `html` made it. An undefined value leaves nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let markup = parts[0] ?? '';
  for (const [index, value] of values.entries()) {
    markup += render(value) + (parts[index + 1] ?? '');
  }
  return new Html(markup);
}

function render(value: HtmlValue): string {
  if (value === undefined) {
    return '';
  }
  if (value instanceof Html) {
    return value.markup;
  }
  if (typeof value === 'object') {
    return value.map(({ markup }) => markup).join('');
  }
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
}
