export { type AppOptions, type Assignment, parseAppOptions } from './app/app-options.ts';
export { type RegisterAppOptions, registerApp } from './app/register-app.ts';
export { type EnvEdit, setInEnvText } from './env-text.ts';
export { type HashOptions, parseHashOptions } from './hashes/hash-options.ts';
export type { ImportSummary } from './hashes/import-people.ts';
export type { Outcome, PersonResult } from './hashes/import-person.ts';
export { type MoveHashesOptions, moveHashes } from './hashes/move-hashes.ts';
export { type NoHashReason, type OktaHash, type OktaHashResult, oktaHashOf } from './hashes/okta-hash.ts';
export { ToolError, type ToolErrorCode } from './tool-error.ts';
