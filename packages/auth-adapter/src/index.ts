export type {
  AuthAdapter,
  Credentials,
  PasswordAuth,
  RedirectAuth,
  RefusalReason,
  SignInResult,
} from './auth-adapter.ts';
export { AuthError, type AuthErrorCode } from './auth-error.ts';
export type { AuthMode, Identity } from './identity.ts';
export type { Observer, Step, StepOutcome } from './observer.ts';
