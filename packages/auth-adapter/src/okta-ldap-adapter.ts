import type LdapAuth from 'ldapauth-fork';
import type { PasswordAuth } from './auth-adapter.ts';
import type { OktaLdapConfig } from './config.ts';
import { firstValue, groupNames } from './ldap-entry.ts';
import { createLdapSignIn } from './ldap-sign-in.ts';
import { lookupLocalhost } from './localhost-lookup.ts';
import type { Observer } from './observer.ts';

/**
 * Step 3: signs in against Okta's LDAP Interface, which hands the password to the company's directory.
 *
 * `user01` is found by `(|(uid=user01)(uid=user01@*))` below `ou=users,dc=<org>,dc=okta,dc=com`, the password is tried
 * by a bind as `uid=user01@example.com,ou=users,…`, and the groups are those of the directory integration, below
 * `cn=<OKTA_LDAP_ID>,ou=apps,ou=groups`, that hold that DN.
 */
export function createOktaLdapAdapter(config: OktaLdapConfig, observe?: Observer): PasswordAuth {
  return createLdapSignIn({
    mode: 'okta-ldap',
    asks: { who: 'okta', urls: config.urls },
    usernameExample: 'user01@example.com',
    observe,
    server: oktaLdapServer(config),
    identify: (user) => {
      const username = firstValue(user, 'uid', 'cn') ?? user.dn;
      const email = firstValue(user, 'mail');
      return {
        username,
        displayName: firstValue(user, 'displayName', 'cn') ?? username,
        ...(email === undefined ? {} : { email }),
        dn: user.dn,
        groups: groupNames(user),
        mode: 'okta-ldap',
      };
    },
  });
}

/** The LDAP Interface, as the engine wants it described: where it is, who reads it, and what is searched. */
export function oktaLdapServer(config: OktaLdapConfig): LdapAuth.Options {
  return {
    url: config.urls,
    // LDAPS only: the interface rejects whatever is not encrypted.
    tlsOptions: { lookup: lookupLocalhost, ...(config.ca === undefined ? {} : { ca: config.ca }) },

    // Okta lets nobody read without signing in; the account needs a role that may view users and groups.
    bindDN: config.serviceAccount.dn,
    bindCredentials: config.serviceAccount.password,

    searchBase: config.userBase,
    searchScope: 'one',
    // A login is an e-mail address as a rule; the part before the @ is enough while it belongs to one person. Several
    // people may have one mail, as an administrator with a second account does.
    searchFilter: `(|(uid={{username}})(uid={{username}}@${config.emailDomain ?? '*'}))`,
    searchAttributes: ['uid', 'cn', 'displayName', 'mail'],

    // App groups lie one level below the integration. memberOf is not asked for: Okta computes it for every entry.
    groupSearchBase: config.groupBase,
    groupSearchScope: config.groupScope,
    groupSearchFilter: '(uniqueMember={{dn}})',
    groupSearchAttributes: ['cn'],
  };
}
