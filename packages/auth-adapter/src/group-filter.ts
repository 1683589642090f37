/**
 * Finds the groups that hold a DN: `(|(memberUid=cn=user01,ou=users,…)(member=…)(uniqueMember=…))`. memberUid holds
 * whole DNs in the tutorial; member and uniqueMember are what other directories use, and nested groups.
 */
export function groupsHolding({ dn }: { readonly dn: string }): string {
  const memberUids = [...new Set([dn, plainSpelling(dn)])];
  return `(|${memberUids.map((spelling) => equality('memberUid', spelling)).join('')}${equality('member', dn)}${equality('uniqueMember', dn)})`;
}

/**
 * The other way to write the same DN. A directory compares member and uniqueMember as names, but memberUid letter by
 * letter: it answers with `cn=Comma\2C Carla` where a person wrote `cn=Comma\, Carla` into the group (RFC 4514 section
 * 2.4 allows both), and memberUid has no letters beyond ASCII.
 */
function plainSpelling(dn: string): string {
  return dn
    .replace(
      /\\(20|22|23|2b|2c|3b|3c|3d|3e|5c)/gi,
      (_, hex: string) => `\\${String.fromCharCode(Number.parseInt(hex, 16))}`,
    )
    .replace(/[\u0080-\u{10ffff}]+/gu, (letters) =>
      [...Buffer.from(letters)].map((byte) => `\\${byte.toString(16).toUpperCase()}`).join(''),
    );
}

/** RFC 4515 section 3. */
function equality(attribute: string, value: string): string {
  const escaped = value.replace(/[*()\\\0]/g, (letter) => `\\${letter.charCodeAt(0).toString(16).padStart(2, '0')}`);
  return `(${attribute}=${escaped})`;
}
