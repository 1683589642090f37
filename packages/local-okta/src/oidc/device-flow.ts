import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Directory } from '../directory/directory.ts';
import { PAGE_POLICY } from '../http/page.ts';
import { activatePage, confirmPage } from './device-pages.ts';
import { messagePage } from './pages.ts';

/** The grant type of an app on a device (RFC 8628 section 3.4). */
export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** Below an authorization server, where the person's decision is taken. Okta's page for people is `<org>/activate`. */
export const DECISION_PATH = '/v1/device/decision';

/** Seconds, as Okta has them. Source: Okta, "Configure Device Authorization Grant Flow". */
export const DEVICE_CODE_TTL = 600;
export const POLL_EVERY = 5;

const PROBLEMS = {
  unknown: [404, 'Invalid code. Try again.'],
  expired: [410, 'This code has expired. Start again on your device: it shows a new one.'],
  used: [409, 'This code has been used. Start again on your device: it shows a new one.'],
} as const;

/** oidc-provider tells what is wrong with a code by classes that it does not export. */
const PROBLEM_OF_ERROR: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  NoCodeError: 'unknown',
  NotFoundError: 'unknown',
  ExpiredError: 'expired',
  AlreadyUsedError: 'used',
};

/** Codes are eight consonants; people may type them small and with blanks and dashes. */
export const normalizedCode = (text: string): string =>
  text
    .toUpperCase()
    .replace(/[^A-Z]/g, '')
    .slice(0, 20);

export interface DeviceFlowOptions {
  readonly provider: () => Provider;
  readonly directory: Directory;
}

/** Device authorization of `oidc-provider` with pages like Okta's. Source: RFC 8628. */
export function deviceFlow({ provider, directory }: DeviceFlowOptions) {
  function show(ctx: KoaContextWithOIDC, status: number, body: string): void {
    ctx.status = status;
    ctx.type = 'html';
    ctx.set('content-security-policy', PAGE_POLICY);
    ctx.body = body;
  }

  function showProblem(ctx: KoaContextWithOIDC, problem: keyof typeof PROBLEMS): void {
    const [status, text] = PROBLEMS[problem];
    show(ctx, status, activatePage(text));
  }

  function showConfirmation(ctx: KoaContextWithOIDC, app: string, code: string): void {
    const { session } = ctx.oidc;
    const confirmation = {
      action: ctx.oidc.urlFor('code_verification'),
      xsrf: String(session?.state?.secret),
      app,
      code,
      login: session?.accountId === undefined ? undefined : directory.users.get(session.accountId)?.profile.login,
    };
    show(ctx, 200, confirmPage(confirmation));
  }

  /** The page of a code that `/activate` has been given. */
  async function askAbout(ctx: KoaContextWithOIDC, userCode: string): Promise<void> {
    const code = await provider().DeviceCode.findByUserCode(userCode, { ignoreExpiration: true });
    if (code === undefined) return showProblem(ctx, 'unknown');
    if (code.isExpired) return showProblem(ctx, 'expired');
    if (code.error !== undefined || code.accountId !== undefined || code.inFlight) return showProblem(ctx, 'used');
    const client = await provider().Client.find(code.clientId ?? '');
    if (client === undefined) return showProblem(ctx, 'unknown');
    showConfirmation(ctx, client.clientName ?? client.clientId, userCode);
  }

  function showRefusal(ctx: KoaContextWithOIDC, error: Error): void {
    // oidc-provider has put a token for its own form into the session, which fails for one that was never stored. Nothing
    // here needs that token.
    if (ctx.oidc.session !== undefined) Object.assign(ctx.oidc.session, { touched: false });
    const problem = PROBLEM_OF_ERROR[error.name];
    if (problem !== undefined) {
      showProblem(ctx, problem);
    } else if (error.name !== 'AbortedError') {
      show(ctx, 400, activatePage('This form was too old or came from elsewhere. Type the code again.'));
    } else if (error.cause instanceof errors.AccessDenied && error.cause.error_description?.includes('not assigned')) {
      show(ctx, 403, messagePage('Device not activated', 'You are not assigned to this app. Ask your administrator.'));
    } else {
      show(ctx, 200, messagePage('Device not activated', 'Your device was not activated: you did not allow access.'));
    }
  }

  return {
    enabled: true,
    charset: 'base-20',
    mask: '********',
    userCodeInputSource: (ctx: KoaContextWithOIDC, _form: string, _out?: unknown, error?: Error) =>
      error === undefined ? askAbout(ctx, normalizedCode(String(ctx.query.code ?? ''))) : showRefusal(ctx, error),
    userCodeConfirmSource: (
      ctx: KoaContextWithOIDC,
      _form: string,
      client: { clientName?: string | undefined; clientId: string },
    ) =>
      showConfirmation(ctx, client.clientName ?? client.clientId, normalizedCode(String(ctx.oidc.params?.user_code))),
    successSource: (ctx: KoaContextWithOIDC) =>
      show(ctx, 200, messagePage('Device activated', 'Follow the instructions on your device for next steps.')),
  } as const;
}

/** Device authorization answers name Okta's page for people, one for both authorization servers, and how often to ask. */
export function completeDeviceAnswers(provider: Provider, publicUrl: string): void {
  provider.use(async (ctx, next) => {
    await next();
    const { body } = ctx;
    if (ctx.oidc?.route !== 'device_authorization' || typeof body !== 'object' || !('user_code' in body)) return;
    const page = `${publicUrl}/activate`;
    ctx.body = {
      ...body,
      verification_uri: page,
      verification_uri_complete: `${page}?user_code=${body.user_code}`,
      interval: POLL_EVERY,
    };
  });
}
