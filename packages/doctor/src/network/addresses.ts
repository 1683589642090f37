import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { lookupLocalhost } from '@ldap-to-okta/auth-adapter';
import { failed, ok, type Verdict } from '../exam.ts';
import { within } from './deadline.ts';

export interface Host {
  readonly name: string;
  /** The variable that names it. */
  readonly variable: string;
  /** Okta's LDAP Interface is reached by IPv4 alone. */
  readonly needsIpv4?: boolean;
}

/** What the system's resolver says of a name, as the apps would ask it. */
export async function checkName(
  { name, variable, needsIpv4 }: Host,
  timeoutMs: number,
): Promise<Verdict<readonly LookupAddress[]>> {
  let addresses: readonly LookupAddress[];
  try {
    addresses = await within(timeoutMs, lookupAll(name));
  } catch (error) {
    return explain(name, variable, error);
  }
  const list = addresses.map(({ address }) => address).join(', ');
  if (needsIpv4 && !addresses.some(({ family }) => family === 4)) {
    return failed(
      `${name} has IPv6 addresses only here (${list}), and Okta's LDAP Interface is reached by IPv4 only`,
      'Use a network, or a resolver, that gives IPv4 addresses.',
    );
  }
  return ok(addresses, isIP(name) === 0 ? `${name} is ${list}` : `${name} is an address`);
}

function lookupAll(name: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    lookupLocalhost(name, { all: true, verbatim: true }, (error, addresses) => {
      if (error !== null) reject(error);
      else if (typeof addresses === 'string') resolve([{ address: addresses, family: isIP(addresses) }]);
      else resolve(addresses);
    });
  });
}

function explain(name: string, variable: string, error: unknown): Verdict<never> {
  const { code = 'no answer in time' } = error as NodeJS.ErrnoException; // what the resolver rejects with
  const todo = /\.okta(?:preview|-emea|-gov)?\.com$/.test(name)
    ? `Put your own org's name into ${variable}, and look whether this computer is on the network.`
    : `Look at the spelling of ${variable}, and whether this computer, or its VPN, is on the network.`;
  return failed(
    code === 'ENOTFOUND' ? `there is no host ${name} (${code})` : `the name ${name} cannot be looked up (${code})`,
    todo,
  );
}
