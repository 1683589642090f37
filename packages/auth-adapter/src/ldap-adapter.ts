import type LdapAuth from 'ldapauth-fork';
import type { PasswordAuth } from './auth-adapter.ts';
import type { LdapConfig } from './config.ts';
import { firstValue, groupNames } from './ldap-entry.ts';
import { createLdapSignIn } from './ldap-sign-in.ts';
import type { Observer } from './observer.ts';

/**
 * Step 1: signs in straight against the company's directory.
 *
 * `user01` is found by `(|(cn=user01)(uid=user01)(mail=user01))` below `ou=users,dc=example,dc=org`, the password is
 * tried by a bind as `cn=user01,ou=users,dc=example,dc=org`, and the groups are those below `ou=groups` that hold that DN.
 */
export function createLdapAdapter(config: LdapConfig, observe?: Observer): PasswordAuth {
  return createLdapSignIn({
    mode: 'ldap',
    asks: { who: 'directory', urls: config.urls },
    usernameExample: 'user01',
    observe,
    server: ldapServer(config),
    identify: (user) => {
      const username = firstValue(user, 'uid', 'cn') ?? user.dn;
      const email = firstValue(user, 'mail');
      return {
        username,
        displayName: firstValue(user, 'displayName', 'cn') ?? username,
        ...(email === undefined ? {} : { email }),
        dn: user.dn,
        groups: groupNames(user),
        mode: 'ldap',
      };
    },
  });
}

/** The directory, as the engine wants it described: where it is, who reads it, and what is searched. */
export function ldapServer(config: LdapConfig): LdapAuth.Options {
  return {
    url: config.urls,
    starttls: config.starttls,
    allowPlaintext: config.allowPlaintext,
    tlsOptions: config.ca === undefined ? {} : { ca: config.ca },

    // The tutorial's directory may be read by anybody; one that may not needs a service account.
    bindDN: config.serviceAccount?.dn,
    bindCredentials: config.serviceAccount?.password,

    searchBase: config.userBase,
    searchScope: 'sub',
    searchFilter: config.userFilter ?? '(|(cn={{username}})(uid={{username}})(mail={{username}}))',
    searchAttributes: ['uid', 'cn', 'displayName', 'mail'],

    // memberUid holds whole DNs in the tutorial; member and uniqueMember are what other directories use. A DN that can be
    // written in several ways is searched in each: memberUid is compared letter by letter.
    groupSearchBase: config.groupBase,
    groupSearchScope: 'sub',
    groupSearchFilter: config.groupFilter ?? '(|(memberUid={{dn}})(member={{dn}})(uniqueMember={{dn}}))',
    groupSearchAttributes: ['cn'],
    nestedGroups: config.nestedGroups,
  };
}
