import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';

// What both engines are asked to do, so that neither has less to do than the other.
const userNames = ['cn', 'uid', 'mail'];
const userAttributes = ['uid', 'cn', 'displayName', 'mail'];
const groupNames = ['memberUid', 'member', 'uniqueMember'];
const groupAttributes = ['cn'];
const oneOf = (names, value) => `(|${names.map((name) => `(${name}=${value})`).join('')})`;

/** Each makes the `check` of one contestant. `directory`: `{ url, caFile, base, adminDn, adminPassword }`. */
export const contestants = {
  /** This project's auth-adapter, configured as anybody would configure it. */
  async ours(directory) {
    const { createAuthAdapter } = await import('@ldap-to-okta/auth-adapter');
    const { protocol, hostname, port } = new URL(directory.url);
    const adapter = createAuthAdapter({
      AUTH_MODE: 'ldap',
      LDAP_HOST: hostname,
      LDAP_PORT: port,
      LDAP_TLS: protocol === 'ldaps:' ? 'ldaps' : 'off',
      LDAP_CA_FILE: directory.caFile,
      LDAP_ROOT: directory.base,
      LDAP_BIND_DN: directory.adminDn,
      LDAP_BIND_PASSWORD: directory.adminPassword,
    });
    await adapter.ready();
    return async ({ body }) => {
      const result = await adapter.authenticate({ username: body.username, password: body.password });
      return result.ok ? result.identity.username : undefined;
    };
  },

  /** passport-ldapauth on the engine that it brings, ldapauth-fork 5 on ldapjs 2, as published. */
  async stock(directory) {
    useStockEngine();
    const { default: passport } = await import('passport');
    const { default: Strategy } = await import('passport-ldapauth');
    passport.use(
      new Strategy(
        {
          server: {
            url: directory.url,
            bindDN: directory.adminDn,
            bindCredentials: directory.adminPassword,
            searchBase: `ou=users,${directory.base}`,
            searchFilter: oneOf(userNames, '{{username}}'),
            searchAttributes: userAttributes,
            groupSearchBase: `ou=groups,${directory.base}`,
            groupSearchFilter: oneOf(groupNames, '{{dn}}'),
            groupSearchAttributes: groupAttributes,
            tlsOptions: { ca: [readFileSync(directory.caFile)] },
          },
        },
        (user, done) => done(null, user),
      ),
    );
    return (request, response) =>
      new Promise((resolve, reject) => {
        const done = (error, user) => (error ? reject(error) : resolve(user ? [user.uid].flat()[0] : undefined));
        passport.authenticate('ldapauth', { session: false }, done)(request, response, reject);
      });
  },

  /** The same requests by a client that does nothing else: no client can cost less. */
  async least(directory) {
    const { createLeastCheck } = await import('./least-client.mjs');
    return createLeastCheck(directory, { userNames, userAttributes, groupNames, groupAttributes });
  },

  /** No directory at all: what the app around it allows. */
  async ceiling() {
    return async ({ body }) => body.username;
  },
};

/** In this repository `ldapauth-fork` is ours; for this process it is the published one again. */
function useStockEngine() {
  const stock = createRequire(import.meta.url).resolve('stock-ldapauth-fork');
  const resolve = Module._resolveFilename;
  Module._resolveFilename = (request, ...rest) => (request === 'ldapauth-fork' ? stock : resolve(request, ...rest));
}
