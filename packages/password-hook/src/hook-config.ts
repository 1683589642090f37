import { readFileSync } from 'node:fs';
import {
  type AuthConfig,
  ConfigError,
  createEnvReader,
  type Environment,
  type EnvReader,
  port,
  readAuthConfig,
  secret,
} from '@ldap-to-okta/auth-adapter';
import { z } from 'zod';

/** What the service needs to know; the directory is described by the same variables as for the app of step 1. */
export interface HookConfig {
  readonly directory: AuthConfig;
  readonly host: string;
  readonly port: number;
  /** What Okta sends as `Authorization`; both sides keep it. */
  readonly sharedSecret: string;
  readonly tls?: { readonly cert: string; readonly key: string };
  readonly logLevel: string;
}

const DEFAULT_PORT = 8095;
const SECRET_LENGTH = 32;

/** @throws ConfigError with every problem at once */
export function readHookConfig(env: Environment): HookConfig {
  const directory = readAuthConfig({ ...env, AUTH_MODE: 'ldap' });
  const reader = createEnvReader(env);
  const host = reader.text('HOST') ?? '127.0.0.1';
  const listenPort = reader.read('PORT', port, { example: String(DEFAULT_PORT), fallback: DEFAULT_PORT });
  const sharedSecret = reader.read(
    'HOOK_SECRET',
    secret.refine((text) => text.length >= SECRET_LENGTH, `is shorter than ${SECRET_LENGTH} characters.`),
    {
      example: 'the-output-of-openssl-rand-hex-32',
      secret: true,
      whenMissing: 'is not set; it is the authentication secret that the inline hook has in Okta.',
    },
  );
  const tls = readTls(reader);
  if (tls === undefined && !isLoopback(host) && reader.text('DANGEROUSLY_ALLOW_PLAINTEXT_HOOK') !== 'true') {
    reader.report(
      'HOOK_TLS_CERT_FILE',
      'is not set, and passwords would cross the network in clear. Set it with HOOK_TLS_KEY_FILE, or listen on loopback behind a proxy that ends TLS.',
      '/etc/hook/tls.crt',
    );
  }
  const problems = [...(directory.ok ? [] : directory.problems), ...reader.problems];
  if (!directory.ok || problems.length > 0 || listenPort === undefined || sharedSecret === undefined) {
    throw new ConfigError(problems);
  }
  return {
    directory: directory.config,
    host,
    port: listenPort,
    sharedSecret,
    ...(tls === undefined ? {} : { tls }),
    logLevel: reader.text('LOG_LEVEL') ?? 'info',
  };
}

const pemFile = (label: string) =>
  z.string().transform((path, context): string => {
    const pem = readIfPossible(path);
    if (pem === undefined) {
      context.addIssue({ code: 'custom', message: 'names a file that cannot be read.' });
      return z.NEVER;
    }
    if (!pem.includes(`-----BEGIN ${label}`) && !pem.includes(`${label}-----`)) {
      context.addIssue({ code: 'custom', message: `names a file without a PEM ${label.toLowerCase()}.` });
      return z.NEVER;
    }
    return pem;
  });

function readTls(reader: EnvReader): HookConfig['tls'] {
  if (reader.text('HOOK_TLS_CERT_FILE') === undefined && reader.text('HOOK_TLS_KEY_FILE') === undefined) {
    return undefined;
  }
  const cert = reader.read('HOOK_TLS_CERT_FILE', pemFile('CERTIFICATE'), { example: '/etc/hook/tls.crt' });
  const key = reader.read('HOOK_TLS_KEY_FILE', pemFile('PRIVATE KEY'), { example: '/etc/hook/tls.key' });
  return cert === undefined || key === undefined ? undefined : { cert, key };
}

function readIfPossible(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
