export { type HookConfig, readHookConfig } from './hook-config.ts';
export { createPasswordHook, HOOK_PATH, type PasswordHookOptions } from './password-hook.ts';
