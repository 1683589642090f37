import { readFileSync } from 'node:fs';
import { isThisComputer, type Values } from '../okta-org.ts';
import { ToolError } from '../tool-error.ts';
import { trapInValue } from '../typed-value.ts';

/** The directory and the account that may read `userPassword` there. */
export interface DirectoryConfig {
  readonly url: string;
  readonly startTls: boolean;
  readonly ca?: string;
  readonly bindDn: string;
  readonly bindPassword: string;
  readonly userBase: string;
}

/**
 * Reads the variables of the directory, the same as the apps and the LDAP agent have.
 * @throws ToolError `configuration`, with every problem
 */
export function readDirectoryConfig(values: Values): DirectoryConfig {
  const problems: string[] = [];
  const text = (name: string, example: string): string => {
    const value = values[name]?.trim() ?? '';
    const problem = value === '' ? 'is not set' : trapInValue(value);
    if (problem !== undefined) problems.push(`${name} ${problem} (for example ${example})`);
    return value;
  };
  const host = text('LDAP_HOST', 'localhost');
  if (/^\w+:\/\//.test(host)) problems.push('LDAP_HOST is a host alone, without ldap:// in front');
  if (host.includes(',')) problems.push('LDAP_HOST names several hosts; the hashes are read from one');
  const root = text('LDAP_ROOT', 'dc=example,dc=org');
  const admin = text('LDAP_ADMIN_USERNAME', 'admin');
  const bindPassword = values.LDAP_ADMIN_PASSWORD ?? '';
  if (bindPassword === '') problems.push('LDAP_ADMIN_PASSWORD is not set');

  const local = isThisComputer(host);
  const tls = values.LDAP_TLS?.trim() || (local ? 'off' : 'starttls');
  if (!['off', 'starttls', 'ldaps'].includes(tls)) problems.push('LDAP_TLS is none of off, starttls, ldaps');
  if (tls === 'off' && !local && values.DANGEROUSLY_ALLOW_PLAINTEXT_LDAP?.trim() !== 'true') {
    problems.push(`LDAP_TLS=off would send every password hash to ${host} in clear; use starttls or ldaps`);
  }
  const port = values.LDAP_PORT?.trim() || (tls === 'ldaps' ? '1636' : '1389');
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    problems.push('LDAP_PORT is not a port from 1 to 65535');
  }
  const caFile = values.LDAP_CA_FILE?.trim();
  const ca = caFile ? readCa(caFile, problems) : undefined;
  if (problems.length > 0) throw new ToolError('configuration', `${problems.join('; ')}.`);
  return {
    url: `${tls === 'ldaps' ? 'ldaps' : 'ldap'}://${host.includes(':') ? `[${host}]` : host}:${port}`,
    startTls: tls === 'starttls',
    ...(ca === undefined ? {} : { ca }),
    bindDn: admin.includes('=') ? admin : `cn=${admin},${root}`,
    bindPassword,
    userBase: values.LDAP_USER_BASE?.trim() || `ou=users,${root}`,
  };
}

function readCa(path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    problems.push('LDAP_CA_FILE names a file that cannot be read');
    return undefined;
  }
}
