/** What an option must be; returns what is wrong, or undefined. */
export type Rule = (value: unknown) => string | undefined;

const text: Rule = (value) =>
  typeof value === 'string' && value !== '' ? undefined : 'must be a text that is not empty';
const flag: Rule = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const scope: Rule = (value) =>
  value === 'base' || value === 'one' || value === 'sub' ? undefined : "must be 'base', 'one' or 'sub'";
const milliseconds: Rule = (value) =>
  typeof value === 'number' && value >= 1 && value <= 2_147_483_647 ? undefined : 'must be a number of milliseconds';
const count: Rule = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 ? undefined : 'must be a whole number from 1';
const countOrNone: Rule = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 ? undefined : 'must be a whole number from 0';
const names: Rule = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string' && item !== '')
    ? undefined
    : 'must be an array of attribute names';
const callable: Rule = (value) => (typeof value === 'function' ? undefined : 'must be a function');
const groupFilter: Rule = (value) => (typeof value === 'function' ? undefined : text(value));
const tls: Rule = (value) => {
  if (typeof value !== 'object' || value === null) {
    return 'must be an object for tls.connect';
  }
  return 'rejectUnauthorized' in value && value.rejectUnauthorized === false
    ? 'must not have rejectUnauthorized: false, which lets anybody answer for the directory; give its CA in `ca`'
    : undefined;
};
const onlyTrue: Rule = (value) => (value === true ? undefined : 'cannot be switched off: the engine always reconnects');
const onlyFalse: Rule = (value) =>
  value === false ? undefined : 'is not supported: a password that was changed or locked must stop working at once';

export const RULES: Readonly<Record<string, Rule>> = {
  url: () => undefined,
  bindDN: (value) => (typeof value === 'string' ? undefined : 'must be a text'),
  bindCredentials: (value) => (typeof value === 'string' ? undefined : 'must be a text'),
  searchBase: (value) => (typeof value === 'string' ? undefined : 'must be a text'),
  searchFilter: text,
  searchScope: scope,
  searchAttributes: names,
  bindProperty: text,
  groupSearchBase: text,
  groupSearchFilter: groupFilter,
  groupSearchScope: scope,
  groupSearchAttributes: names,
  groupDnProperty: text,
  nestedGroups: flag,
  memberOfAttribute: text,
  includeRaw: flag,
  starttls: flag,
  tlsOptions: tls,
  allowPlaintext: flag,
  timeout: milliseconds,
  connectTimeout: milliseconds,
  deadline: milliseconds,
  serviceConnections: count,
  rebindAfter: milliseconds,
  userConnections: count,
  reuseUserConnections: flag,
  maxUses: (value) => (value === Number.POSITIVE_INFINITY ? undefined : count(value)),
  maxIdle: milliseconds,
  idleTimeout: milliseconds,
  probeAfter: milliseconds,
  maxConcurrent: count,
  maxQueue: countOrNone,
  onStep: callable,
  reconnect: onlyTrue,
  cache: onlyFalse,
};

/** Options of ldapauth-fork and ldapjs that have another name here, or none. */
export const REPLACED: Readonly<Record<string, string>> = {
  bindDn: 'write bindDN',
  adminDn: 'write bindDN',
  adminPassword: 'write bindCredentials',
  Credentials: 'write bindCredentials',
  log: 'use onStep',
  socketPath: 'use a TCP address in url',
  strictDN: 'leave it out',
  queueSize: 'use maxQueue',
  queueTimeout: 'use deadline',
  queueDisable: 'use maxQueue: 0',
};
