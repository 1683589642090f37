import { randomBytes } from 'node:crypto';
import {
  type ConfigProblem,
  createEnvReader,
  type Environment,
  type EnvReader,
  oktaOrgUrl,
  port,
  secret,
  webOrigin,
} from '@ldap-to-okta/auth-adapter';
import {
  apiToken,
  host,
  logLevel,
  onOrOff,
  redisUrl,
  sessionSecret,
  trustedProxies,
  wholeNumber,
} from './web-value.ts';

/** How many failed sign-ins are too many, each within `windowSeconds`. */
export interface ThrottleConfig {
  readonly windowSeconds: number;
  /** For one account from one address. */
  readonly perAccountAndAddress: number;
  /** From one address, whatever the account. */
  readonly perAddress: number;
  /** For one account from all addresses it never signed in from, within a third of the window. */
  readonly perAccount: number;
}

/** The page that explains a sign-in. Absent: there is none. */
export interface SignInTraceConfig {
  /** The org whose System Log is read, and a token for it. Absent: what happens behind Okta stays unseen. */
  readonly okta?: { readonly url: string; readonly token: string };
}

/** What the shell itself needs to know; the adapter's part is `AuthConfig`. */
export interface WebConfig {
  readonly host: string;
  readonly port: number;
  readonly logLevel: string;
  readonly sessionSecret: string;
  /** True when `sessionSecret` was made up for this run, so that sessions end with the process. */
  readonly sessionSecretGenerated: boolean;
  readonly sessionIdleSeconds: number;
  readonly sessionMaxSeconds: number;
  /** Browsers reach the app by https, so cookies are `Secure`. */
  readonly secureCookies: boolean;
  /** Express' `trust proxy`: how many proxies stand in front, or their addresses. Absent: none. */
  readonly trustProxy?: number | readonly string[];
  readonly redisUrl?: string;
  readonly throttle: ThrottleConfig;
  readonly signInTrace?: SignInTraceConfig;
}

export interface WebConfigResult {
  /** Present when there is no problem. */
  readonly config?: WebConfig;
  readonly problems: readonly ConfigProblem[];
}

/** Reads the shell's own variables and reports everything wrong with them at once. */
export function readWebConfig(env: Environment): WebConfigResult {
  const reader = createEnvReader(env);
  const number = (name: string, fallback: number, max: number): number =>
    reader.read(name, wholeNumber(1, max), { example: String(fallback), fallback }) ?? fallback;

  const production = reader.text('NODE_ENV') === 'production';
  const givenSecret = reader.read('SESSION_SECRET', secret.pipe(sessionSecret), {
    example: 'the-output-of-openssl-rand-hex-32',
    secret: true,
    optional: !production,
    whenMissing: 'is not set, and production (NODE_ENV) needs one that outlives a restart: openssl rand -hex 32',
  });
  const baseUrl = reader.read('APP_BASE_URL', webOrigin, { example: 'https://app.example.com', optional: true });
  const secureCookies = baseUrl?.startsWith('https:') ?? false;
  const trustProxy = reader.read('TRUST_PROXY', trustedProxies, { example: '1', optional: true });
  if (secureCookies && trustProxy === undefined && reader.text('TRUST_PROXY') === undefined) {
    reader.report(
      'TRUST_PROXY',
      'is not set, but APP_BASE_URL is https, so a proxy ends TLS in front of this app; say how many proxies there are.',
      '1',
    );
  }
  const signInTrace = readSignInTrace(reader, production);
  const redis = reader.read('REDIS_URL', redisUrl, { example: 'redis://localhost:6379', optional: true });

  const config: WebConfig = {
    host: reader.read('HOST', host, { example: '0.0.0.0', fallback: '127.0.0.1' }) ?? '',
    port: reader.read('PORT', port, { example: '8080', fallback: 8080 }) ?? 0,
    logLevel: reader.read('LOG_LEVEL', logLevel, { example: 'info', fallback: 'info' }) ?? '',
    sessionSecret: givenSecret ?? randomBytes(32).toString('hex'),
    sessionSecretGenerated: givenSecret === undefined,
    sessionIdleSeconds: number('SESSION_IDLE_MINUTES', 30, 1440) * 60,
    sessionMaxSeconds: number('SESSION_MAX_HOURS', 12, 720) * 3600,
    secureCookies,
    ...(trustProxy === undefined ? {} : { trustProxy }),
    ...(redis === undefined ? {} : { redisUrl: redis }),
    ...(signInTrace === undefined ? {} : { signInTrace }),
    throttle: {
      windowSeconds: number('SIGN_IN_FAILURE_WINDOW_MINUTES', 15, 1440) * 60,
      perAccountAndAddress: number('SIGN_IN_FAILURES_PER_ACCOUNT_AND_ADDRESS', 10, 1_000_000),
      perAddress: number('SIGN_IN_FAILURES_PER_ADDRESS', 300, 1_000_000),
      perAccount: number('SIGN_IN_FAILURES_PER_ACCOUNT', 50, 1_000_000),
    },
  };
  return reader.problems.length > 0 ? { problems: reader.problems } : { config, problems: [] };
}

/** It tells whoever signs in whether a user exists, and why a password was refused: never in production. */
function readSignInTrace(reader: EnvReader, production: boolean): SignInTraceConfig | undefined {
  const on = reader.read('SIGN_IN_TRACE', onOrOff, { example: 'off', fallback: 'off' }) === 'on';
  if (on && production) {
    reader.report(
      'SIGN_IN_TRACE',
      'is on in production (NODE_ENV), where its page would tell everybody who exists and why a password was refused; leave it out.',
      'off',
    );
  }
  if (!on || reader.text('SIGN_IN_TRACE_OKTA_TOKEN') === undefined) {
    return on ? {} : undefined;
  }
  const token = reader.read('SIGN_IN_TRACE_OKTA_TOKEN', secret.pipe(apiToken), { example: 'the-token', secret: true });
  const url = reader.read('OKTA_URL', oktaOrgUrl, {
    example: 'https://integrator-1234567.okta.com',
    whenMissing: 'is not set, and SIGN_IN_TRACE_OKTA_TOKEN is a token for it.',
  });
  return token === undefined || url === undefined ? {} : { okta: { url, token } };
}
