import { Client, type Entry, InvalidCredentialsError, NoSuchObjectError, ResultCodeError } from 'ldapts';
import { ToolError } from '../tool-error.ts';
import { printable } from '../typed-value.ts';
import type { DirectoryConfig } from './directory-config.ts';
import { type OktaHashResult, oktaHashOf } from './okta-hash.ts';

/** A person of the directory, with what Okta wants of a profile. */
export interface Person {
  readonly dn: string;
  /** The Okta login as well: the tutorial's username format is the e-mail address. */
  readonly mail: string | undefined;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly hash: OktaHashResult;
  /** Kept out by the directory; an import would let them in again. */
  readonly state: 'usable' | 'locked' | 'must-change';
}

export const DEFAULT_FILTER = '(objectClass=inetOrgPerson)';

const TIMEOUT_MS = 30_000;
const PAGE_SIZE = 500;
/** The last four are operational, and come because they are named. */
const ATTRIBUTES =
  'mail cn displayName givenName sn userPassword shadowExpire nsAccountLock pwdAccountLockedTime pwdReset';

/** Reads people page by page. @throws ToolError `directory` */
export async function* readPeople(config: DirectoryConfig, filter = DEFAULT_FILTER): AsyncGenerator<Person> {
  const tlsOptions = { minVersion: 'TLSv1.2' as const, ...(config.ca === undefined ? {} : { ca: config.ca }) };
  const client = new Client({
    url: config.url,
    timeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    ...(config.url.startsWith('ldaps:') ? { tlsOptions } : {}),
  });
  try {
    if (config.startTls)
      await client.startTLS({ ...tlsOptions, servername: new URL(config.url).hostname.replace(/^\[|\]$/g, '') });
    await client.bind(config.bindDn, config.bindPassword);
    const pages = client.searchPaginated(config.userBase, {
      scope: 'sub',
      filter,
      attributes: ATTRIBUTES.split(' '),
      explicitBufferAttributes: ['userPassword'],
      paged: { pageSize: PAGE_SIZE },
    });
    for await (const page of pages) yield* page.searchEntries.map(personOf);
  } catch (error) {
    throw explain(error, config);
  } finally {
    await client.unbind().catch(() => undefined);
  }
}

function personOf(entry: Entry): Person {
  const text = (name: string): string | undefined =>
    values(entry, name)
      .find((value) => value.trim() !== '')
      ?.trim();
  return {
    dn: entry.dn,
    mail: text('mail'),
    // Okta wants a first name, which inetOrgPerson may lack
    firstName: text('givenName') ?? text('displayName') ?? text('cn'),
    lastName: text('sn'),
    hash: oktaHashOf(values(entry, 'userPassword')),
    state: stateOf(text),
  };
}

function stateOf(text: (name: string) => string | undefined): Person['state'] {
  const expires = Number(text('shadowExpire') ?? -1); // days since 1970; -1 for never (shadow(5))
  const expired = expires >= 0 && expires * 86_400_000 <= Date.now();
  const locked = text('pwdAccountLockedTime') !== undefined || text('nsAccountLock')?.toLowerCase() === 'true';
  if (locked || expired) return 'locked';
  return text('pwdReset')?.toUpperCase() === 'TRUE' ? 'must-change' : 'usable';
}

/** Servers spell names of attributes as they like (RFC 4512 section 2.5). */
function values(entry: Entry, name: string): readonly string[] {
  const key = Object.keys(entry).find((attribute) => attribute.toLowerCase() === name.toLowerCase());
  const found = key === undefined ? [] : (entry[key] ?? []);
  return [found].flat().map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('utf8')));
}

function explain(error: unknown, config: DirectoryConfig): ToolError {
  const at = `The directory at ${config.url}`;
  const fail = (message: string): ToolError => new ToolError('directory', message, { cause: error });
  if (error instanceof ToolError) return error;
  if (error instanceof InvalidCredentialsError) {
    return fail(`${at} does not accept ${config.bindDn}: look at LDAP_ADMIN_USERNAME and LDAP_ADMIN_PASSWORD.`);
  }
  if (error instanceof NoSuchObjectError) {
    return fail(`${at} has no entry ${config.userBase}: look at LDAP_ROOT and LDAP_USER_BASE.`);
  }
  if (error instanceof ResultCodeError) {
    return fail(
      `${at} refuses: ${error.name} (LDAP code ${error.code}). May ${config.bindDn} read everybody below ${config.userBase}?`,
    );
  }
  const { code, message } = error as NodeJS.ErrnoException; // ldapts and Node's sockets reject with errors
  return fail(`${at} cannot be read: ${code ?? printable(message, 120)}.`);
}
