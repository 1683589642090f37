export { type RunWebAppOptions, runWebApp } from './run-web-app.ts';
export { createWebApp, type WebApp, type WebAppOptions } from './web-app.ts';
export { readWebConfig, type ThrottleConfig, type WebConfig, type WebConfigResult } from './web-config.ts';
