import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { z } from 'zod';
import type { ConfigProblem } from './config-problem.ts';
import type { DirectoryConfig } from './directory-config.ts';
import { isLoopbackName, parseOktaUrl } from './okta-url.ts';

/** What `main.ts` reads from the environment. */
export interface AgentConfig {
  readonly oktaUrl: string;
  readonly directory: DirectoryConfig;
  readonly stateDir: string;
  readonly name: string;
  readonly registerAgain: boolean;
  readonly logLevel: string;
}

export type AgentConfigResult =
  | { readonly ok: true; readonly config: AgentConfig }
  | {
      readonly ok: false;
      readonly problems: readonly ConfigProblem[];
      /** Exit code: 3 when `OKTA_URL` is among the problems, as with Okta's own agent; else 2. */
      readonly exitCode: 2 | 3;
    };

type Env = Readonly<Record<string, string | undefined>>;

const port = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.number().min(1).max(65_535));
/** Parts with a value each, RFC 4514: enough to find an example that was not replaced, and commas that are too many. */
const DN = /^[A-Za-z][\w.-]*\s*=(?:\\.|[^,\\])+(?:,\s*[A-Za-z][\w.-]*\s*=(?:\\.|[^,\\])+)*$/;
/** Local Okta takes 200, with the number of an agent that shares its directory. */
const MAX_NAME = 190;
const tlsMode = z.enum(['off', 'starttls', 'ldaps']);
const logLevel = z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']);
const switchOn = z.enum(['true', 'false']);

/** Reads every variable and reports all problems at once. */
export function readAgentConfig(env: Env): AgentConfigResult {
  const problems: ConfigProblem[] = [];
  const report = (name: string, problem: string, example: string): void => {
    problems.push({ name, problem, example });
  };
  const parsed = <T>(name: string, schema: z.ZodType<T>, fallback: T, problem: string, example: string): T => {
    const value = env[name]?.trim();
    if (value === undefined || value === '') return fallback;
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    report(name, problem, example);
    return fallback;
  };
  const flag = (name: string): boolean => parsed(name, switchOn, 'false', 'must be true or false', 'true') === 'true';
  const required = (name: string, example: string): string => {
    const value = env[name]?.trim() ?? '';
    if (value === '') report(name, 'is not set', example);
    else if (/^[\u2018-\u201f"']|[\u2018-\u201f"']$/.test(value))
      report(name, 'is wrapped in quotes that reached the agent; leave them out', example);
    return value;
  };

  const oktaUrl = parseOktaUrl(env.OKTA_URL, flag('DANGEROUSLY_ALLOW_PLAINTEXT_OKTA'));
  if (!oktaUrl.ok) report('OKTA_URL', oktaUrl.problem, 'http://okta.localhost:8090');

  const tls = parsed('LDAP_TLS', tlsMode, 'off', 'must be off, starttls or ldaps', 'starttls');
  // As in an address: [::1].
  const host = required('LDAP_HOST', 'localhost').replace(/^\[(.*)\]$/, '$1');
  const hostProblem = host === '' ? undefined : problemOfHost(host);
  if (hostProblem !== undefined) report('LDAP_HOST', hostProblem, 'localhost');
  else if (tls === 'off' && host !== '' && !isLoopbackName(host) && !flag('DANGEROUSLY_ALLOW_PLAINTEXT_LDAP')) {
    report(
      'LDAP_TLS',
      `is off, and ${host} is not this host: passwords would travel in clear. Use starttls or ldaps, or allow it with DANGEROUSLY_ALLOW_PLAINTEXT_LDAP=true`,
      'starttls',
    );
  }
  const root = required('LDAP_ROOT', 'dc=example,dc=org');
  if (root !== '' && !DN.test(root)) report('LDAP_ROOT', 'is not a distinguished name', 'dc=example,dc=org');
  const admin = required('LDAP_ADMIN_USERNAME', 'admin');
  if (!admin.includes('=') && /[,+"\\<>;]/.test(admin))
    report('LDAP_ADMIN_USERNAME', 'is neither a plain name nor a whole distinguished name', 'admin');
  const ca = readCa(env.LDAP_CA_FILE, report);

  const password = env.LDAP_ADMIN_PASSWORD ?? '';
  // An empty password would be an anonymous bind that looks like a success (RFC 4513 section 5.1.2).
  if (password === '') report('LDAP_ADMIN_PASSWORD', 'is not set', 'adminpassword');

  const name = env.AGENT_NAME?.trim() || hostname();
  if (name.length > MAX_NAME) report('AGENT_NAME', `is longer than ${MAX_NAME} characters`, 'ldap-agent');

  const config: AgentConfig = {
    oktaUrl: oktaUrl.ok ? oktaUrl.url : '',
    directory: {
      host,
      port: parsed('LDAP_PORT', port, tls === 'ldaps' ? 636 : 389, 'must be a port between 1 and 65535', '1389'),
      tls,
      ...(ca === undefined ? {} : { ca }),
      bindDn: adminDn(admin, root),
      bindPassword: password,
      root,
    },
    stateDir: env.AGENT_STATE_DIR?.trim() || '.local/ldap-agent',
    name,
    registerAgain: flag('AGENT_REGISTER_AGAIN'),
    logLevel: parsed('LOG_LEVEL', logLevel, 'info', 'must be a level of pino', 'info'),
  };
  if (problems.length === 0) return { ok: true, config };
  return { ok: false, problems, exitCode: problems.some(({ name }) => name === 'OKTA_URL') ? 3 : 2 };
}

function problemOfHost(host: string): string | undefined {
  if (/^\w+:\/\//.test(host)) return 'is an address with a scheme; it must be the host alone';
  if (/[\s/]/.test(host)) return 'holds a space or a slash; it must be the host alone';
  if (host.includes(':') && isIP(host) === 0) return 'holds a colon; it must be the host alone, the port is LDAP_PORT';
  return undefined;
}

/** `admin` means `cn=admin,<LDAP_ROOT>`, as in the OpenLDAP container; a whole DN is taken as it is. */
export function adminDn(username: string, root: string): string {
  return username.includes('=') ? username : `cn=${username},${root}`;
}

function readCa(file: string | undefined, report: (name: string, problem: string, example: string) => void) {
  if (file === undefined || file.trim() === '') return undefined;
  try {
    const pem = readFileSync(file.trim(), 'utf8');
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return pem;
    report('LDAP_CA_FILE', `${file} holds no PEM certificate`, '/certs/ca.crt');
  } catch {
    report('LDAP_CA_FILE', `${file} cannot be read`, '/certs/ca.crt');
  }
  return undefined;
}
