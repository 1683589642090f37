/** Who did it or to whom it was done. */
export interface LogActor {
  readonly id: string;
  readonly type: string;
  readonly alternateId: string | null;
  readonly displayName: string | null;
}

export interface LogClient {
  readonly ipAddress: string | null;
  readonly userAgent: { readonly rawUserAgent: string } | null;
}

export interface LogOutcome {
  readonly result: 'SUCCESS' | 'FAILURE' | 'SKIPPED' | 'ALLOW' | 'DENY' | 'UNKNOWN';
  readonly reason: string | null;
}

/** Okta's LogEvent, as far as Local Okta fills it. Source: Okta System Log API. */
export interface LogEvent {
  readonly uuid: string;
  readonly published: string;
  readonly eventType: string;
  readonly version: '0';
  readonly severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
  readonly legacyEventType: null;
  readonly displayMessage: string;
  readonly actor: LogActor;
  readonly client: LogClient;
  readonly outcome: LogOutcome;
  readonly target: readonly LogActor[];
  readonly transaction: { readonly type: 'WEB' | 'JOB'; readonly id: string; readonly detail: Record<string, never> };
  readonly debugContext: { readonly debugData: Readonly<Record<string, string>> };
  readonly authenticationContext: {
    readonly authenticationStep: 0;
    readonly externalSessionId: string | null;
    readonly credentialType: string | null;
  };
}

/** What a caller says; the rest has defaults. Never put a password, token or code into any of it. */
export interface NewLogEvent {
  readonly eventType: string;
  readonly displayMessage: string;
  /** Default: the system itself. */
  readonly actor?: LogActor | undefined;
  readonly target?: readonly LogActor[] | undefined;
  readonly outcome?: { readonly result: LogOutcome['result']; readonly reason?: string | undefined } | undefined;
  /** Default INFO, WARN for an outcome that is no success. */
  readonly severity?: LogEvent['severity'] | undefined;
  readonly client?: { readonly ipAddress?: string | undefined; readonly userAgent?: string | undefined } | undefined;
  /** The request or job that it belongs to: the request id. */
  readonly transactionId?: string | undefined;
  readonly transactionType?: 'WEB' | 'JOB' | undefined;
  readonly debugData?: Readonly<Record<string, string>> | undefined;
  readonly externalSessionId?: string | undefined;
  readonly credentialType?: string | undefined;
}

export const SYSTEM_ACTOR: LogActor = {
  id: 'system',
  type: 'SystemPrincipal',
  alternateId: 'system@local-okta',
  displayName: 'Local Okta',
};

/** A user as actor or target. */
export function userActor(user: {
  readonly id: string;
  readonly profile: { readonly login: string; readonly firstName?: string | null; readonly lastName?: string | null };
}): LogActor {
  const name = [user.profile.firstName, user.profile.lastName].filter(Boolean).join(' ');
  return { id: user.id, type: 'User', alternateId: user.profile.login, displayName: name || user.profile.login };
}
