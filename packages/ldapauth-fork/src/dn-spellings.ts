const NEEDS_ESCAPE = /[,+"\\<>;=#]/;
const ESCAPES = /(?:\\[0-9a-f]{2})+/gi;
const NOT_ASCII = /\P{ASCII}+/gu;

/**
 * The ways in which a DN may be written that people and directories really use: as the directory wrote it, with
 * characters escaped (`\,`), and with everything outside ASCII as hex pairs (`\C3\AB`).
 *
 * Attributes of DN syntax match whatever the spelling, but `memberUid` is plain text: OpenLDAP answers a search with
 * `cn=Doe\2C Jane`, and the group's `memberUid` says `cn=Doe\, Jane` (RFC 4514 section 2.4 allows both).
 */
export function dnSpellings(dn: string): readonly string[] {
  if (!dn.includes('\\') && dn.search(NOT_ASCII) === -1) {
    return [dn];
  }
  const readable = dn.replace(ESCAPES, (escapes, at: number) => {
    const text = Buffer.from(escapes.replaceAll('\\', ''), 'hex').toString('utf8');
    const isAtEdge = /[=,+]$/.test(dn.slice(0, at)) || /^(?:[,+]|$)/.test(dn.slice(at + escapes.length));
    return Array.from(text, (character) =>
      NEEDS_ESCAPE.test(character) || (character === ' ' && isAtEdge) ? `\\${character}` : character,
    ).join('');
  });
  const ascii = readable.replace(NOT_ASCII, (text) =>
    Buffer.from(text).toString('hex').toUpperCase().replace(/../g, '\\$&'),
  );
  return [...new Set([dn, readable, ascii])];
}
