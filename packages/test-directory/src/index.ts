export { chooseDirectory, type DirectoryChoice } from './choose-directory.ts';
export { DirectoryError } from './directory-error.ts';
export { freePorts } from './free-ports.ts';
export {
  type LdapProxy,
  type LdapProxyCounts,
  type LdapProxyOptions,
  type LdapProxySession,
  startLdapProxy,
} from './ldap-proxy.ts';
export {
  type LdapjsClient,
  type LdapjsClientOptions,
  type LdapjsEntry,
  type LdapjsFound,
  type LdapjsResult,
  type LdapjsSearchOptions,
  openLdapjsClient,
} from './ldapjs-client.ts';
export type {
  OtherDirectory,
  OtherDirectoryFlavour,
  OtherDirectoryOptions,
  OtherFault,
  OtherRequest,
} from './other-directory/other-directory.ts';
export { startOtherDirectory } from './other-directory/start-other-directory.ts';
export { startDirectory } from './start-directory.ts';
export type { DirectoryKind, DirectoryOptions, TestDirectory } from './test-directory.ts';
