/** How the values of an attribute are compared. */
export type Syntax = 'text' | 'dn' | 'exact';

/**
 * Every attribute of the LDAP Interface. A filter with any other finds nothing, be it unknown or sensitive
 * (`userPassword`), even inside an OR. Source: Okta help, "LDAP Interface search".
 */
export const ATTRIBUTES = {
  objectClass: { oid: '2.5.4.0', syntax: 'text' },
  cn: { oid: '2.5.4.3', syntax: 'text' },
  sn: { oid: '2.5.4.4', syntax: 'text' },
  givenName: { oid: '2.5.4.42', syntax: 'text' },
  displayName: { oid: '2.16.840.1.113730.3.1.241', syntax: 'text' },
  uid: { oid: '0.9.2342.19200300.100.1.1', syntax: 'text' },
  mail: { oid: '0.9.2342.19200300.100.1.3', syntax: 'text' },
  mobile: { oid: '0.9.2342.19200300.100.1.41', syntax: 'text' },
  telephoneNumber: { oid: '2.5.4.20', syntax: 'text' },
  title: { oid: '2.5.4.12', syntax: 'text' },
  employeeNumber: { oid: '2.16.840.1.113730.3.1.3', syntax: 'text' },
  departmentNumber: { oid: '2.16.840.1.113730.3.1.2', syntax: 'text' },
  preferredLanguage: { oid: '2.16.840.1.113730.3.1.39', syntax: 'text' },
  o: { oid: '2.5.4.10', syntax: 'text' },
  ou: { oid: '2.5.4.11', syntax: 'text' },
  dc: { oid: '0.9.2342.19200300.100.1.25', syntax: 'text' },
  description: { oid: '2.5.4.13', syntax: 'text' },
  uniqueMember: { oid: '2.5.4.50', syntax: 'dn' },
  uniqueIdentifier: { oid: '0.9.2342.19200300.100.1.44', syntax: 'exact' },
  organizationalStatus: { oid: '0.9.2342.19200300.100.1.45', syntax: 'text' },
  entryUUID: { oid: '1.3.6.1.1.16.4', syntax: 'text' },
  memberOf: { oid: '1.2.840.113556.1.2.102', syntax: 'dn', operational: true },
  entryDN: { oid: '1.3.6.1.1.20', syntax: 'dn', operational: true },
  hasSubordinates: { oid: '2.5.18.9', syntax: 'text', operational: true },
  numSubordinates: { oid: '1.3.6.1.4.1.453.16.2.103', syntax: 'text', operational: true },
  structuralObjectClass: { oid: '2.5.21.9', syntax: 'text', operational: true },
  subschemaSubentry: { oid: '2.5.18.10', syntax: 'dn', operational: true },
} as const satisfies Record<string, { readonly oid: string; readonly syntax: Syntax; readonly operational?: true }>;

export type AttributeName = keyof typeof ATTRIBUTES;

// The keys of the object above.
const NAMES = Object.keys(ATTRIBUTES) as AttributeName[];
const BY_LOWER_CASE = new Map<string, AttributeName>(NAMES.map((name) => [name.toLowerCase(), name]));

/** The attribute that a client means, without regard to case; undefined when there is none of that name. */
export function attributeNamed(name: string): AttributeName | undefined {
  return BY_LOWER_CASE.get(name.toLowerCase());
}

export function isOperational(name: AttributeName): boolean {
  return 'operational' in ATTRIBUTES[name];
}

/** Object classes with what they allow; enough for a client that reads the schema to make sense of the entries. */
export const OBJECT_CLASSES: readonly string[] = [
  "( 2.5.6.0 NAME 'top' ABSTRACT MUST objectClass )",
  "( 0.9.2342.19200300.100.4.13 NAME 'domain' SUP top STRUCTURAL MUST dc )",
  "( 2.5.6.5 NAME 'organizationalUnit' SUP top STRUCTURAL MUST ou MAY description )",
  "( 2.5.6.6 NAME 'person' SUP top STRUCTURAL MUST ( sn $ cn ) MAY ( telephoneNumber $ description ) )",
  "( 2.5.6.7 NAME 'organizationalPerson' SUP person STRUCTURAL MAY ( title $ ou ) )",
  "( 2.16.840.1.113730.3.2.2 NAME 'inetOrgPerson' SUP organizationalPerson STRUCTURAL MAY ( departmentNumber $ displayName $ employeeNumber $ givenName $ mail $ mobile $ o $ preferredLanguage $ uid $ uniqueIdentifier $ organizationalStatus $ entryUUID ) )",
  "( 2.5.6.17 NAME 'groupOfUniqueNames' SUP top STRUCTURAL MUST cn MAY ( uniqueMember $ description $ ou $ o $ uniqueIdentifier $ entryUUID ) )",
];

const SYNTAX_OIDS: Record<Syntax, { readonly syntax: string; readonly equality: string }> = {
  text: { syntax: '1.3.6.1.4.1.1466.115.121.1.15', equality: 'caseIgnoreMatch' },
  dn: { syntax: '1.3.6.1.4.1.1466.115.121.1.12', equality: 'distinguishedNameMatch' },
  exact: { syntax: '1.3.6.1.4.1.1466.115.121.1.15', equality: 'caseExactMatch' },
};

/** The attributes as RFC 4512 section 4.1.2 writes them. */
export function attributeTypes(): string[] {
  return NAMES.map((name) => {
    const { oid, syntax } = ATTRIBUTES[name];
    const { syntax: syntaxOid, equality } = SYNTAX_OIDS[syntax];
    const usage = isOperational(name) ? ' NO-USER-MODIFICATION USAGE directoryOperation' : '';
    return `( ${oid} NAME '${name}' EQUALITY ${equality} SYNTAX ${syntaxOid}${usage} )`;
  });
}
