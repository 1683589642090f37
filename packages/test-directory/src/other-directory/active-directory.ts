import { base, entries, groupBase, refusals, userBase } from './active-directory-people.ts';
import { textsOf, type Verdict } from './entry.ts';
import type { Manners } from './manners.ts';

/** Active Directory ends its messages with a zero byte, as C does. */
const message = (text: string): string => `${text}\0`;

/**
 * Result code 49 with the reason in the message, where Active Directory has it.
 * @see https://learn.microsoft.com/windows/win32/debug/system-error-codes (0x52e and so on)
 */
const refused = (data: string): Verdict => ({
  code: 49,
  message: message(`80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v4563`),
});

const byName = new Map(
  entries.flatMap((entry) => {
    const [login] = textsOf(entry, 'sAMAccountName');
    const names = [...textsOf(entry, 'userPrincipalName'), ...(login === undefined ? [] : [`CORP\\${login}`])];
    return names.map((name) => [name.toLowerCase(), entry.dn] as const);
  }),
);

/** A domain controller of `corp.example`, as far as a sign-in meets it. */
export const activeDirectory: Manners = {
  base,
  userBase,
  groupBase,
  serviceDn: `CN=Directory Reader,${userBase}`,
  servicePassword: 'password1',
  entries,
  // MaxPageSize of the default LDAP policy.
  mostEntries: 1_000,
  rootDse: {
    dn: '',
    attributes: {
      defaultNamingContext: [base],
      namingContexts: [base],
      dnsHostName: ['dc1.corp.example'],
      supportedLDAPVersion: ['3', '2'],
      // LDAP_CAP_ACTIVE_DIRECTORY_OID
      supportedCapabilities: ['1.2.840.113556.1.4.800'],
      supportedControl: ['1.2.840.113556.1.4.319'],
    },
  },
  dnOf: (name) => byName.get(name.toLowerCase()),
  judge: (account, password) => {
    if (account === undefined) return refused('525');
    // A name without a password is an anonymous bind in disguise, and succeeds (RFC 4513 section 5.1.2).
    if (password === '') return { code: 0 };
    const reason = refusals[textsOf(account, 'sAMAccountName')[0] ?? ''];
    // That an account is locked is told to anybody, everything else to who knows the password.
    if (reason === '775') return refused(reason);
    if (password !== 'password1') return refused('52e');
    return reason === undefined ? { code: 0 } : refused(reason);
  },
  anonymousRefusal: {
    code: 1,
    message: message(
      '000004DC: LdapErr: DSID-0C090A5C, comment: In order to perform this operation a successful bind must be ' +
        'completed on the connection., data 0, v4563',
    ),
  },
  noSuchObject: {
    code: 32,
    message: message(
      `0000208D: NameErr: DSID-0310028B, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'${base}'\n`,
    ),
  },
  elsewhere: {
    code: 10,
    message: message("0000202B: RefErr: DSID-031007F9, data 0, 1 access points\n\tref 1: 'elsewhere.example'\n"),
    referral: 'ldap://elsewhere.example/',
  },
  references: {
    first: [],
    last: [
      `ldap://ForestDnsZones.corp.example/DC=ForestDnsZones,${base}`,
      `ldap://DomainDnsZones.corp.example/DC=DomainDnsZones,${base}`,
      `ldap://corp.example/CN=Configuration,${base}`,
    ],
  },
};
