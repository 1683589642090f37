export {
  type AnswerControls,
  type Backend,
  type BindAnswer,
  type EntryAttribute,
  type LdapConnection,
  LdapError,
  type OperationContext,
  type SearchEntry,
  type SearchLimits,
  type SearchRequest,
  type SimpleBind,
} from './backend.ts';
export {
  type CertificateAuthority,
  type CertificateOptions,
  createCertificateAuthority,
} from './certificates/certificate-authority.ts';
export { Directory, type DirectoryOptions } from './directory/directory.ts';
export { createDirectoryBackend } from './directory/directory-backend.ts';
export { type LdifAttribute, type LdifRecord, parseLdif } from './directory/ldif.ts';
export { LdifError } from './directory/ldif-error.ts';
export {
  type EmbeddedDirectory,
  type EmbeddedDirectoryOptions,
  startEmbeddedDirectory,
} from './embedded-directory.ts';
export { verifyPassword } from './password/verify-password.ts';
export {
  controlOid,
  passwordPolicyControl,
  passwordPolicyError,
  type RequestControl,
  type ResponseControl,
} from './protocol/control.ts';
export type { Filter } from './protocol/filter.ts';
export type { AttributeInput, Change, Scope } from './protocol/request.ts';
export { type ResultCode, resultCode } from './protocol/result-code.ts';
export { type Ava, type Dn, formatRdn, isWithin, parentDn, parseDn } from './schema/dn.ts';
export { evaluateFilter, type FilterAttribute, type FilterSubject, subjectOf } from './schema/filter-match.ts';
export { type AttributeType, createSchema, type ObjectClass, type Schema } from './schema/schema.ts';
export { standardSchema } from './schema/standard-schema.ts';
export { type LdapServer, ListenError, startLdapServer } from './server/ldap-server.ts';
export type { ConnectionLimits, LdapServerOptions, TlsIdentity } from './server/server-options.ts';
