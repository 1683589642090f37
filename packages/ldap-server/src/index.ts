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
  controlOid,
  passwordPolicyControl,
  passwordPolicyError,
  type RequestControl,
  type ResponseControl,
} from './protocol/control.ts';
export type { Filter } from './protocol/filter.ts';
export type { AttributeInput, Change, Scope } from './protocol/request.ts';
export { type ResultCode, resultCode } from './protocol/result-code.ts';
export { type AttributeType, createSchema, type ObjectClass, type Schema } from './schema/schema.ts';
export { standardSchema } from './schema/standard-schema.ts';
export { type LdapServer, ListenError, startLdapServer } from './server/ldap-server.ts';
export type { ConnectionLimits, LdapServerOptions, TlsIdentity } from './server/server-options.ts';
