import type { Environment } from '@ldap-to-okta/auth-adapter';
import { printable } from '@ldap-to-okta/okta-tools';

/** Makes text fit for a terminal and for strangers. */
export type Clue = (text: string) => string;

const SECRETS = /(?:PASSWORD|SECRET|TOKEN)$|^REDIS_URL$/;
/** Shorter ones would be found within ordinary words. */
const SHORTEST = 4;

/**
 * No check prints a secret. Servers may: they repeat what was sent to them, in errors and in addresses. So every line goes
 * through here, where secrets are taken out, however they are spelled.
 */
export function createRedaction(env: Environment): Clue {
  const secrets = Object.entries(env).flatMap(([name, value]) =>
    SECRETS.test(name) && value !== undefined && value.trim().length >= SHORTEST ? [value.trim()] : [],
  );
  const spellings = [
    ...new Set(secrets.flatMap((value) => [value, encodeURIComponent(value), Buffer.from(value).toString('base64')])),
  ].sort((a, b) => b.length - a.length);
  return (text) =>
    printable(
      spellings.reduce((clean, secret) => clean.replaceAll(secret, '(secret)'), text),
      600,
    );
}
