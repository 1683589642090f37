import { isUtf8 } from 'node:buffer';
import type { LdapEntry, LdapUser } from './options.ts';
import type { RawEntry } from './response.ts';

/** An entry as people's code reads it. Values that are no text are left out; `includeRaw` shows them. */
export function toEntry(raw: RawEntry): LdapEntry {
  const entry: LdapEntry = { dn: raw.dn };
  for (const { type, values } of raw.attributes) {
    const texts = textsOf(values);
    if (isSafeName(type) && (texts.length > 0 || values.length === 0)) {
      entry[type] = texts.length === 1 ? (texts[0] ?? '') : texts;
    }
  }
  return entry;
}

// A service account that may read hashes must not put them into sessions, pages and logs.
const SECRETS =
  /^(?:userPassword|authPassword|unicodePwd|dBCSPwd|sambaNTPassword|sambaLMPassword|krbPrincipalKey|pwdHistory)(?:;|$)/i;

/** The user's entry, without hashes of passwords. */
export function toUser(entry: RawEntry, includeRaw: boolean): LdapUser {
  const raw: RawEntry = { dn: entry.dn, attributes: entry.attributes.filter(({ type }) => !SECRETS.test(type)) };
  const user: LdapUser = toEntry(raw);
  if (includeRaw) {
    user._raw = toBuffers(raw);
  }
  return user;
}

function toBuffers(raw: RawEntry): Record<string, Buffer | Buffer[]> {
  const buffers: Record<string, Buffer | Buffer[]> = {};
  for (const { type, values } of raw.attributes) {
    if (isSafeName(type)) {
      const [only] = values;
      buffers[type] = values.length === 1 && only !== undefined ? only : [...values];
    }
  }
  return buffers;
}

/** The first text of an attribute, whatever the case of its name (RFC 4512 section 2.5). */
export function firstText(raw: RawEntry, name: string): string | undefined {
  if (name.toLowerCase() === 'dn') {
    return raw.dn;
  }
  return allTexts(raw, name)[0];
}

export function allTexts(raw: RawEntry, name: string): string[] {
  const wanted = name.toLowerCase();
  const attribute = raw.attributes.find(({ type }) => type.toLowerCase() === wanted);
  return attribute === undefined ? [] : textsOf(attribute.values);
}

function textsOf(values: readonly Buffer[]): string[] {
  const texts: string[] = [];
  for (const value of values) {
    if (isUtf8(value)) {
      texts.push(value.toString('utf8'));
    }
  }
  return texts;
}

/** A directory must not be able to replace `dn`, what we add, or an object's prototype. */
function isSafeName(type: string): boolean {
  return type !== 'dn' && type !== '__proto__' && !type.startsWith('_');
}
