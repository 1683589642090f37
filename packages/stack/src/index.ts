export type { ExternalDirectory } from './directory.ts';
export type { Mode, StartableMode } from './modes.ts';
export { StackError, type StackErrorCode } from './stack-error.ts';
export { type Stack, type StackOptions, startStack } from './start-stack.ts';
