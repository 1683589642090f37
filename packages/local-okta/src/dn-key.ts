/** Without spaces and what needs escapes: nothing to look at more closely. */
const PLAIN = /^[!#-*,-:<-[\]-~]*$/;
/** Whatever is written in more than one way: what is not ASCII, escapes, odd spaces, several values in one RDN. */
const NEEDS_WORK = /[^ -~]|[\\"+;]| [ ,=]|[,=] |^ | $/;

/**
 * A form of a DN in which two ways of writing the same one are equal: case, spaces around separators and within
 * values, the several ways of escaping, the order of a multi-valued RDN. RFC 4514 section 2.4 and RFC 4518, as far as
 * directories rely on them. What cannot be parsed is compared as text.
 */
export function dnKey(dn: string): string {
  // The common case, a hundred thousand times per import.
  if (PLAIN.test(dn) || !NEEDS_WORK.test(dn)) return dn.toLowerCase();
  const text = dn.normalize('NFC');
  if (!/[\\"+]/.test(text)) {
    // Spaces first: a pattern that begins with any number of them looks at each of a long row from each.
    return text
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .replace(/ ?([,;=]) ?/g, (_all, separator: string) => (separator === ';' ? ',' : separator))
      .trim();
  }
  return splitRdns(text).map(rdnKey).join(',');
}

/** Whether `dn` lies below `base` or is it. */
export function isWithin(dn: string, base: string): boolean {
  const key = dnKey(dn);
  const baseKey = dnKey(base);
  return key === baseKey || key.endsWith(`,${baseKey}`);
}

/** Cuts at separators that are neither escaped nor quoted. */
function split(text: string, separators: string): string[] {
  const parts: string[] = [];
  let part = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '\\') {
      part += character + text.charAt(at + 1);
      at += 1;
    } else if (character === '"') {
      quoted = !quoted;
      part += character;
    } else if (!quoted && separators.includes(character)) {
      parts.push(part);
      part = '';
    } else part += character;
  }
  return [...parts, part];
}

const splitRdns = (dn: string): string[] => split(dn, ',;');

function rdnKey(rdn: string): string {
  return split(rdn, '+')
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? pair.trim() : `${pair.slice(0, at).trim().toLowerCase()}=${valueKey(pair.slice(at + 1))}`;
    })
    .sort()
    .join('+');
}

function valueKey(raw: string): string {
  const value = unescapeValue(trimUnescaped(raw));
  // Escaped again in one way, so that a comma inside a value is none between two RDNs.
  return (
    value
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/[,;+"\\<>=]/g, (character) => `\\${character}`)
      // The database takes no NUL.
      .replaceAll('\0', '\\00')
  );
}

function trimUnescaped(raw: string): string {
  const text = raw.trimStart();
  const end = text.trimEnd();
  return end.endsWith('\\') && text.length > end.length ? `${end} ` : end;
}

function unescapeValue(value: string): string {
  const inner = value.length > 1 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : value;
  // Bytes may be escaped one by one: UTF-8 is put together at the end.
  const bytes: Buffer[] = [];
  for (let at = 0; at < inner.length; at += 1) {
    const hex = /^\\([0-9a-fA-F]{2})/.exec(inner.slice(at, at + 3))?.[1];
    if (hex !== undefined) {
      bytes.push(Buffer.from(hex, 'hex'));
      at += 2;
    } else if (inner.charAt(at) === '\\' && at + 1 < inner.length) {
      at += 1;
      bytes.push(Buffer.from(inner.charAt(at)));
    } else {
      const character = String.fromCodePoint(inner.codePointAt(at) ?? 0);
      bytes.push(Buffer.from(character));
      at += character.length - 1;
    }
  }
  return Buffer.concat(bytes).toString('utf8');
}
