import { compileFilter, type FilterTemplate } from './filter-template.ts';
import { REPLACED, RULES } from './option-rules.ts';
import type { LdapAuthOptions } from './options.ts';
import { prepareSearch } from './search.ts';
import { isLoopback, parseServerAddress, type ServerAddress } from './server-address.ts';
import type { GroupSearchSettings, Settings } from './settings.ts';
import { harmless } from './step.ts';

/** @throws TypeError naming everything that is wrong with the options */
export function readSettings(options: LdapAuthOptions): Settings {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('ldapauth-fork: options are missing');
  }
  const problems: string[] = [];
  checkOptions(options, problems);
  const servers = readServers(options, problems);
  const filter = readFilter('searchFilter', options.searchFilter, '{{username}}', problems);
  const groupFilter = readGroupFilter(options.groupSearchFilter, problems);
  if (problems.length > 0 || filter === undefined) {
    throw new TypeError(`ldapauth-fork: ${problems.join('; ')}`);
  }
  const userConnections = options.userConnections ?? 8;
  const timeout = options.timeout ?? 5_000;
  // The directory is asked to keep it too.
  const timeLimit = Math.ceil(timeout / 1_000);
  return {
    servers,
    starttls: options.starttls ?? false,
    tlsOptions: options.tlsOptions ?? {},
    service: options.bindDN ? { dn: options.bindDN, password: options.bindCredentials ?? '' } : undefined,
    user: {
      search: prepareSearch('user', {
        base: options.searchBase,
        scope: options.searchScope ?? 'sub',
        attributes: userAttributes(options),
        // The second one tells that the name is ambiguous; there is no need to know how many follow.
        sizeLimit: 2,
        timeLimit,
      }),
      filter,
      bindProperty: options.bindProperty ?? 'dn',
    },
    groups:
      options.groupSearchBase === undefined || groupFilter === undefined
        ? undefined
        : {
            search: prepareSearch('groups', {
              base: options.groupSearchBase,
              scope: options.groupSearchScope ?? 'sub',
              attributes: options.groupSearchAttributes ?? [],
              sizeLimit: 0,
              timeLimit,
            }),
            filter: groupFilter,
            dnProperty: options.groupDnProperty ?? 'dn',
            nested: options.nestedGroups ?? false,
          },
    memberOfAttribute: options.memberOfAttribute,
    includeRaw: options.includeRaw ?? false,
    timeout,
    connectTimeout: options.connectTimeout ?? 5_000,
    deadline: options.deadline ?? 10_000,
    serviceConnections: options.serviceConnections ?? 2,
    rebindAfter: options.rebindAfter ?? 50 * 60_000,
    userConnections,
    maxUses: options.reuseUserConnections === false ? 1 : (options.maxUses ?? Number.POSITIVE_INFINITY),
    maxIdle: options.maxIdle ?? options.idleTimeout ?? 5 * 60_000,
    probeAfter: options.probeAfter ?? 30_000,
    maxConcurrent: options.maxConcurrent ?? 4 * userConnections,
    maxQueue: options.maxQueue ?? 256,
    onStep: options.onStep === undefined ? undefined : harmless(options.onStep),
  };
}

function checkOptions(options: LdapAuthOptions, problems: string[]): void {
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(RULES, name) ? RULES[name] : undefined;
    if (rule === undefined) {
      const hint = Object.hasOwn(REPLACED, name) ? `; ${REPLACED[name]}` : '';
      problems.push(`unknown option ${name}${hint}`);
    } else if (value !== undefined) {
      const problem = rule(value);
      if (problem !== undefined) {
        problems.push(`${name} ${problem}`);
      }
    }
  }
  if (options.searchBase === undefined) {
    problems.push('searchBase is missing');
  }
  if (options.bindDN && !options.bindCredentials) {
    problems.push('bindCredentials is missing or empty: a bind without a password proves nothing (RFC 4513 5.1.2)');
  }
  if (!options.bindDN && options.bindCredentials) {
    problems.push('bindDN is missing although there are bindCredentials');
  }
  if ((options.groupSearchBase === undefined) !== (options.groupSearchFilter === undefined)) {
    problems.push('groupSearchBase and groupSearchFilter are given together or not at all');
  }
}

function readServers(options: LdapAuthOptions, problems: string[]): ServerAddress[] {
  const urls: readonly unknown[] = Array.isArray(options.url) ? options.url : [options.url];
  if (urls.length === 0 || urls[0] === undefined) {
    problems.push('url is missing');
    return [];
  }
  const servers: ServerAddress[] = [];
  for (const url of urls) {
    const server = parseServerAddress(url);
    if (typeof server === 'string') {
      // An address with an @ may hold a password.
      problems.push(`url ${String(url).includes('@') ? '' : JSON.stringify(url)} ${server}`);
    } else if (server.secure && options.starttls) {
      problems.push(`url ${server.url} is TLS from the first byte; leave out starttls or write ldap://`);
    } else if (!server.secure && !options.starttls && !options.allowPlaintext && !isLoopback(server.host)) {
      problems.push(
        `url ${server.url} would send passwords in clear; use ldaps://, starttls: true or allowPlaintext: true`,
      );
    } else {
      servers.push(server);
    }
  }
  return servers;
}

function readGroupFilter(
  filter: LdapAuthOptions['groupSearchFilter'],
  problems: string[],
): GroupSearchSettings['filter'] | undefined {
  if (typeof filter === 'function') {
    return { kind: 'function', call: filter };
  }
  const place = filter === undefined ? undefined : readFilter('groupSearchFilter', filter, '{{', problems);
  return place === undefined ? undefined : { kind: 'template', place };
}

function readFilter(name: string, text: unknown, placeholder: string, problems: string[]): FilterTemplate | undefined {
  if (typeof text !== 'string' || text === '') {
    problems.push(`${name} is missing`);
    return undefined;
  }
  const unknownPlaceholder = /\{\{(?!username\}\}|dn\}\}).*?\}\}/.exec(text);
  if (unknownPlaceholder !== null) {
    problems.push(`${name} has ${unknownPlaceholder[0]}, which stands for nothing; known are {{username}} and {{dn}}`);
    return undefined;
  }
  if (!text.includes(placeholder)) {
    problems.push(
      `${name} has no ${placeholder === '{{' ? '{{dn}}' : placeholder}, so that it would find the same for everybody`,
    );
    return undefined;
  }
  try {
    return compileFilter(text);
  } catch (error) {
    problems.push(`${name} is no LDAP filter (${error instanceof Error ? error.message : 'unreadable'})`);
    return undefined;
  }
}

/** What is asked for must hold what the engine itself reads from the entry. */
function userAttributes(options: LdapAuthOptions): readonly string[] {
  const usesUid = typeof options.groupSearchFilter === 'string' && options.groupSearchFilter.includes('{{username}}');
  const needed = [
    options.bindProperty,
    options.groupDnProperty,
    usesUid ? 'uid' : undefined,
    options.memberOfAttribute,
  ];
  const extra = needed.filter((name): name is string => name !== undefined && name.toLowerCase() !== 'dn');
  const asked = options.searchAttributes ?? [];
  if (asked.length === 0) {
    // memberOf is operational with OpenLDAP: all attributes do not contain it.
    return options.memberOfAttribute === undefined ? [] : ['*', options.memberOfAttribute];
  }
  return [...new Set([...asked, ...extra])];
}
