export type {
  Asked,
  AuthAdapter,
  Credentials,
  PasswordAuth,
  RedirectAuth,
  RefusalReason,
  SignInResult,
} from './auth-adapter.ts';
export { AuthError, type AuthErrorCode } from './auth-error.ts';
export { closestTo } from './closest-to.ts';
export type {
  AuthConfig,
  AuthConfigResult,
  Environment,
  LdapConfig,
  OidcConfig,
  OktaLdapConfig,
  ReadAuthConfigOptions,
} from './config.ts';
export { ConfigError, type ConfigProblem, formatProblems } from './config-error.ts';
export { type AuthAdapterOptions, createAuthAdapter } from './create-auth-adapter.ts';
export { createEnvReader, type EnvReader, type VariableOptions } from './env-reader.ts';
export { choice, port, secret } from './env-value.ts';
export type { AuthMode, ClaimSource, Identity } from './identity.ts';
export { ldapServer } from './ldap-adapter.ts';
export { lookupLocalhost } from './localhost-lookup.ts';
export type { Observer, Step, StepOutcome } from './observer.ts';
export { CALLBACK_PATH } from './oidc-provider.ts';
export { oktaLdapServer } from './okta-ldap-adapter.ts';
export { readAuthConfig } from './read-auth-config.ts';
export { RedirectRefusal, type RedirectRefusalCode } from './redirect-refusal.ts';
export { isLoopback, oktaOrgUrl, webOrigin } from './web-address.ts';
