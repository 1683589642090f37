import { type OtherEntry, textsOf } from './entry.ts';
import type { Manners } from './manners.ts';

const base = 'o=rude';
const userBase = `ou=people,${base}`;
const groupBase = `ou=teams,${base}`;

const unit = (dn: string): OtherEntry => ({ dn, attributes: { objectClass: ['organizationalUnit'] } });

/** `description` is an attribute without values, which only `typesOnly` allows (RFC 4511 section 4.5.2). */
const person = (uid: string): OtherEntry => ({
  dn: `uid=${uid},${userBase}`,
  attributes: { objectClass: ['inetOrgPerson'], uid: [uid], cn: [`Rude ${uid}`], description: [] },
});

const team = (name: string, ...members: readonly string[]): OtherEntry => ({
  dn: `cn=${name},${groupBase}`,
  attributes: { objectClass: ['groupOfNames'], cn: [name], member: members.map((uid) => `uid=${uid},${userBase}`) },
});

/** Has a reference before and behind everything, gives three entries and no more, and explains nothing. */
export const rudeDirectory: Manners = {
  base,
  userBase,
  groupBase,
  serviceDn: `uid=reader,${userBase}`,
  servicePassword: 'password1',
  mostEntries: 3,
  rootDse: { dn: '', attributes: { namingContexts: [base] } },
  entries: [
    { dn: base, attributes: { objectClass: ['organization'], o: ['rude'] } },
    unit(userBase),
    unit(groupBase),
    ...['reader', 'plain', 'retried', 'inactive', 'joiner'].map(person),
    team('one', 'plain', 'joiner'),
    team('two', 'joiner'),
    team('three', 'joiner'),
    team('four', 'joiner'),
  ],
  dnOf: () => undefined,
  judge: (account, password) => {
    const [uid] = account === undefined ? [] : textsOf(account, 'uid');
    // As 389 Directory Server: retry limit exceeded, account inactivated.
    if (uid === 'retried') return { code: 19 };
    if (uid === 'inactive') return { code: 53 };
    if (uid === undefined) return { code: 32 };
    return { code: password === 'password1' || password === '' ? 0 : 49 };
  },
  noSuchObject: { code: 32 },
  elsewhere: { code: 10, referral: 'ldap://127.0.0.1:1/o=elsewhere' },
  references: {
    first: ['ldap://127.0.0.1:1/o=elsewhere??sub', 'this is no URL'],
    last: ['ldap://[::1]:1/o=elsewhere'],
  },
};
