/**
 * The text without the `character`s at its end. Not by a pattern: `/ +$/` looks at each of a long row in the middle from
 * each of them.
 */
export function withoutTrailing(text: string, character: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
