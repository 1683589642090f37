import type { AgentLog } from './agent-log.ts';
import type { PendingApproval, StateFile } from './agent-state.ts';
import { createBackoff, pause } from './backoff.ts';
import { type GatewayAnswer, type GatewayClient, GatewayUnreachable } from './gateway-client.ts';
import { deviceAuthorization, grantedToken, tokenError } from './protocol.ts';
import { RegistrationError } from './registration-error.ts';

const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
/** RFC 8628 section 3.5: what `slow_down` adds to the interval. */
const SLOW_DOWN_MS = 5_000;

export interface ApprovalLink {
  /** `<OKTA_URL>/oauth2/auth?code=XXXXXXXX` */
  readonly url: string;
  readonly expiresAt: Date;
}

export interface RegistrationOptions {
  readonly gateway: GatewayClient;
  readonly oktaUrl: string;
  readonly name: string;
  readonly version: string;
  readonly root: string;
  readonly signal: AbortSignal;
  readonly log: AgentLog;
  /** Keeps the link over a restart. */
  readonly pending: StateFile<PendingApproval>;
  /** Told of each link that a person has to open. */
  readonly announce: (link: ApprovalLink) => void;
}

/**
 * Registers by RFC 8628: asks for a code, announces the link, polls until somebody allows it. An expired link is
 * replaced by a new one.
 *
 * @throws RegistrationError; nothing when the signal aborts: then the result is undefined
 */
export async function register(
  options: RegistrationOptions,
): Promise<{ readonly agentId: string; readonly token: string } | undefined> {
  const backoff = createBackoff({ maxMs: 5_000 });
  for (;;) {
    const pending = savedApproval(options) ?? (await requestCode(options));
    if (pending === undefined) return undefined;
    const result = await waitForApproval(options, pending);
    // When it was asked to stop, the link stays good for the next start.
    if (result === undefined) return undefined;
    options.pending.drop();
    if (result !== 'expired') return result;
    options.log.warn('the approval link is no longer good; asking for a new one');
    // Where none is ever good, nobody is asked for one in a circle.
    await pause(backoff.nextMs(), options.signal);
  }
}

function savedApproval({ pending, oktaUrl }: RegistrationOptions): PendingApproval | undefined {
  const saved = pending.load();
  return saved?.oktaUrl === oktaUrl && saved.expiresAt.getTime() > Date.now() ? saved : undefined;
}

async function requestCode(options: RegistrationOptions): Promise<PendingApproval | undefined> {
  const { name, version, root, oktaUrl } = options;
  const answer = await ask(options, '/device/authorize', { name, version, root });
  if (answer === undefined) return undefined;
  const device = answer.status === 200 ? deviceAuthorization.safeParse(answer.body) : undefined;
  if (!device?.success) {
    throw new RegistrationError(
      'not-local-okta',
      `${oktaUrl} answers (status ${answer.status}), but it is not Local Okta: its agent gateway was not found. For a real org, run Okta's own agent instead.`,
    );
  }
  const { device_code, verification_uri_complete, expires_in, interval } = device.data;
  const pending = {
    oktaUrl,
    deviceCode: device_code,
    url: verification_uri_complete,
    expiresAt: new Date(Date.now() + expires_in * 1_000),
    intervalMs: interval * 1_000,
  };
  options.pending.save(pending);
  return pending;
}

async function waitForApproval(
  options: RegistrationOptions,
  { deviceCode, url, expiresAt, ...device }: PendingApproval,
): Promise<{ agentId: string; token: string } | 'expired' | undefined> {
  let { intervalMs } = device;
  for (let first = true; Date.now() < expiresAt.getTime(); first = false) {
    if (!first) await pause(intervalMs, options.signal);
    const answer = await ask(options, '/token', { grant_type: DEVICE_GRANT, device_code: deviceCode });
    if (answer === undefined) return undefined;
    const granted = answer.status === 200 ? grantedToken.safeParse(answer.body) : undefined;
    if (granted?.success) return { agentId: granted.data.agent_id, token: granted.data.access_token };
    const refusal = tokenError.safeParse(answer.body);
    switch (refusal.success ? refusal.data.error : `status ${answer.status}`) {
      case 'authorization_pending':
        break;
      case 'slow_down':
        intervalMs += SLOW_DOWN_MS;
        break;
      case 'expired_token':
        return 'expired';
      case 'access_denied':
        options.pending.drop();
        throw new RegistrationError('denied', 'an administrator chose "Don\'t Allow" for this agent');
      default:
        // Local Okta was reset, or is broken for a moment: a fresh code is asked for.
        return 'expired';
    }
    // Where Local Okta lets agents in by itself, the first question is answered and nobody has to open anything.
    if (first) options.announce({ url, expiresAt });
  }
  return 'expired';
}

/** Tries again while Local Okta is starting or away; an unknown host is a mistake that waiting does not mend. */
async function ask(options: RegistrationOptions, path: string, body: unknown): Promise<GatewayAnswer | undefined> {
  const backoff = createBackoff({ maxMs: 5_000 });
  for (let attempt = 1; !options.signal.aborted; attempt += 1) {
    try {
      const answer = await options.gateway.post(path, body, { signal: options.signal });
      if (answer.status < 500 && answer.status !== 429) return answer;
      options.log.warn(`${options.oktaUrl} answers with status ${answer.status}; trying again`);
    } catch (error) {
      if (options.signal.aborted) return undefined;
      if (!(error instanceof GatewayUnreachable)) throw error;
      failForGood(error, options.oktaUrl, attempt);
      options.log.warn(`${options.oktaUrl} cannot be reached (${error.code}); trying again`);
    }
    await pause(backoff.nextMs(), options.signal);
  }
  return undefined;
}

const DNS_ATTEMPTS = 4;

function failForGood(error: GatewayUnreachable, oktaUrl: string, attempt: number): void {
  const { hostname } = new URL(oktaUrl);
  if (error.code === 'ENOTFOUND' || (error.code === 'EAI_AGAIN' && attempt >= DNS_ATTEMPTS)) {
    throw new RegistrationError(
      'unknown-host',
      `the host ${hostname} of OKTA_URL is unknown. Is the org's name spelled correctly?`,
      error,
    );
  }
  if (error.code === 'ANSWER_TOO_LARGE' || error.code.startsWith('HPE_')) {
    throw new RegistrationError(
      'not-local-okta',
      `${oktaUrl} answers, but not as Local Okta does (${error.code}). Is the port right?`,
      error,
    );
  }
  if (/^(ERR_TLS|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|ERR_SSL|EPROTO)/.test(error.code)) {
    throw new RegistrationError(
      'bad-certificate',
      `${oktaUrl} cannot be trusted (${error.code}). Is it https, and is its CA known (NODE_EXTRA_CA_CERTS)?`,
      error,
    );
  }
}
