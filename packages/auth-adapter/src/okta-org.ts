import type { EnvReader } from './env-reader.ts';
import { isLoopback, oktaOrgUrl } from './web-address.ts';

/** What follows from `OKTA_URL` when the variables of its own are not set. */
export interface OktaOrg {
  readonly url: string;
  /** Undefined for a custom domain, which says nothing of the org's LDAP Interface. */
  readonly ldap?: { readonly host: string; readonly port: number; readonly base: string };
}

export const OKTA_URL_EXAMPLE = 'https://integrator-1234567.okta.com';

/**
 * Reads `OKTA_URL`, which may be absent where everything that follows from it is given. When it is needed and missing,
 * that is the one problem: what would have followed from it is not reported as well.
 */
export function readOktaOrg(reader: EnvReader, whatFollows: readonly string[]): OktaOrg | undefined {
  const url = reader.read('OKTA_URL', oktaOrgUrl, {
    example: OKTA_URL_EXAMPLE,
    optional: whatFollows.every((name) => reader.text(name) !== undefined),
    whenMissing: `is not set; ${whatFollows.join(' and ')} would follow from it.`,
  });
  if (url === undefined) {
    return undefined;
  }
  const ldap = ldapInterfaceOf(new URL(url).hostname);
  return ldap === undefined ? { url } : { url, ldap };
}

/**
 * The LDAP Interface of an org: host `<org>.ldap.<domain>.com`, base `dc=<org>,dc=<domain>,dc=com`
 * (help.okta.com, "LDAP Interface connection settings"). Local Okta answers on its own name, at port 8636.
 */
function ldapInterfaceOf(hostname: string): OktaOrg['ldap'] {
  const [, org, domain] = /^([a-z0-9-]+)\.(okta|oktapreview|okta-emea|okta-gov)\.com$/.exec(hostname) ?? [];
  if (org !== undefined && domain !== undefined) {
    return { host: `${org}.ldap.${domain}.com`, port: 636, base: `dc=${org},dc=${domain},dc=com` };
  }
  if (isLoopback(hostname)) {
    return { host: hostname, port: 8636, base: 'dc=local,dc=okta,dc=com' };
  }
  return undefined;
}
