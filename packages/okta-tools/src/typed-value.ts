const CURLY_QUOTE = /[\u2018-\u201F\u00AB\u00BB]/;
const WRAPPED_IN_QUOTES = /^(["'`]).*\1$/s;
const UNEXPANDED = /\$\{[^}]*\}|\$\([^)]*\)|^\$\w+$/;
const PLACEHOLDER =
  /<[^<>]*>|\{[^{}]*\}|\byour-?okta-?(?:domain|org|api-?token|token)\b|\byour-?org(?:anization)?\b|\bchange-?me\b/i;

/** What is wrong with any value that somebody typed or pasted, or undefined. Never repeats the value. */
export function trapInValue(text: string): string | undefined {
  if (CURLY_QUOTE.test(text)) return 'contains curly quotes, as word processors write them; leave the quotes out';
  if (WRAPPED_IN_QUOTES.test(text)) return 'begins and ends with a quote that became part of the value; leave it out';
  if (UNEXPANDED.test(text))
    return 'still contains a variable that was not replaced; shells leave it within single quotes';
  if (PLACEHOLDER.test(text)) return 'is still a placeholder; put your own value there';
  return undefined;
}

/** Text of others, made fit for a terminal: no control characters, and not too long. */
export function printable(text: string, length = 300): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]+/g, ' ').trim();
  return clean.length > length ? `${clean.slice(0, length)}…` : clean;
}
