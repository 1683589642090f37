import { BlockList, isIP } from 'node:net';
import { choice } from '@ldap-to-okta/auth-adapter';
import { z } from 'zod';

export const logLevel = choice(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
  verbose: 'debug',
  warning: 'warn',
  off: 'silent',
});

export const onOrOff = choice(['on', 'off'], { true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off' });

/** What may stand in a header; Okta's tokens are of letters, digits, - and _. */
export const apiToken = z.string().regex(/^[\x21-\x7e]+$/, 'contains a space or a letter no API token has.');

export const host = z
  .string()
  .regex(
    /^[a-z0-9.:_-]+$/i,
    'is not an address to listen on; it is a name or an IP address, without http:// and port.',
  );

/** 32 characters are the 128 bits of `openssl rand -hex 16`. */
export const sessionSecret = z.string().min(32, 'is too short; it needs 32 characters at least: openssl rand -hex 32');

export const redisUrl = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return (url?.protocol === 'redis:' || url?.protocol === 'rediss:') && url.hostname !== '';
}, 'is not the address of a Redis server; it begins with redis:// or, with TLS, rediss://.');

export function wholeNumber(min: number, max: number): z.ZodType<number, string> {
  const problem = `is not a whole number from ${min} to ${max}.`;
  return z
    .string()
    .regex(/^\d{1,9}$/, problem)
    .transform(Number)
    .refine((value) => value >= min && value <= max, problem);
}

const NAMED_RANGES = ['loopback', 'linklocal', 'uniquelocal'];

/** A number of proxies, or their addresses. Trusting everybody would let each client choose its own address. */
export const trustedProxies = z.string().transform((text, context): number | readonly string[] => {
  const problem = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  if (/^(?:true|yes|all|\*)$/i.test(text)) {
    return problem('would trust every client to name its own address; give the number of proxies or their addresses.');
  }
  if (/^\d+$/.test(text)) {
    const hops = Number(text);
    return hops >= 1 && hops <= 10 ? hops : problem('is not a number of proxies; that is from 1 to 10.');
  }
  const entries = text.split(',').map((entry) => entry.trim());
  const wrong = entries.find((entry) => !NAMED_RANGES.includes(entry) && !isAddressOrRange(entry));
  return wrong === undefined ? entries : problem(`names "${wrong}", which is neither an IP address nor a range.`);
});

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) {
    return false;
  }
  try {
    new BlockList().addSubnet(address, bits === undefined ? 32 : Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return bits === undefined || /^\d+$/.test(bits);
  } catch {
    return false;
  }
}
