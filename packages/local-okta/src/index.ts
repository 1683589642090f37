export { type Clock, systemClock } from './clock.ts';
export { SettingsError } from './config.ts';
export { ListenError } from './http/http-server.ts';
export { createLocalOkta, type LocalOkta, type LocalOktaOptions } from './local-okta.ts';
export { StoreError } from './store/store.ts';
