import type { RequestControl, ResponseControl } from './protocol/control.ts';
import type { LdapResult } from './protocol/encode-message.ts';
import type { AttributeInput, Change, OperationOf } from './protocol/request.ts';

/**
 * One client's connection. The object is the same for as long as the connection lives: keep state of your own for it
 * in a WeakMap.
 */
export interface LdapConnection {
  /** Unique in this process; for logs. */
  readonly id: number;
  readonly remoteAddress: string;
  /** Whether TLS protects it now, by LDAPS or StartTLS. */
  readonly secure: boolean;
  /** The identity of the last successful bind; '' is anonymous. Back to '' when a bind begins or fails. */
  readonly boundDn: string;
}

/** What every operation knows beside its own parameters. */
export interface OperationContext {
  readonly connection: LdapConnection;
  readonly controls: readonly RequestControl[];
  /**
   * Aborted when the client abandons the operation or goes away; that of a search also when its time is over, and when its
   * next page will never be asked for.
   */
  readonly signal: AbortSignal;
}

export interface SimpleBind {
  /** As the client wrote it; never empty (anonymous binds go to `bindAnonymously`). */
  readonly dn: string;
  /** Octets; never empty: a DN without a password is refused before (RFC 4513 §5.1.2). */
  readonly password: Buffer;
}

export interface BindAnswer {
  /** What the connection is from now on; who-am-I tells it. */
  readonly dn: string;
  readonly controls?: readonly ResponseControl[];
}

export type SearchRequest = Omit<OperationOf<'search'>, 'kind'>;

/** An attribute of a found entry. `operational` ones are sent only when asked for by name or with `+`. */
export interface EntryAttribute {
  readonly name: string;
  readonly values: readonly (string | Buffer)[];
  readonly operational?: boolean;
}

export interface SearchEntry {
  readonly dn: string;
  readonly attributes: readonly EntryAttribute[];
}

/** Limits of a search; what is left out is unlimited. */
export interface SearchLimits {
  /** The most entries of a search without paging; one more ends it with sizeLimitExceeded. */
  readonly entries?: number;
  /** The most entries of a paged search, over all its pages. */
  readonly pagedEntries?: number;
  /** The most entries of one page: who asks for more gets so many, and a cookie. */
  readonly pageSize?: number;
  readonly seconds?: number;
}

/**
 * What answers an LDAP server's requests: the embedded directory is one, Local Okta's LDAP Interface another.
 *
 * The server does the protocol: framing, TLS, StartTLS, abandon, unbind, controls, paging, limits, attribute selection,
 * typesOnly, who-am-I, backpressure. A backend refuses by throwing an `LdapError`: its code and text go to the client.
 * Any other error becomes code 80 without its text and is reported to `onError`. A method that is left out refuses with
 * unwillingToPerform (53).
 *
 * @example
 * const backend: Backend = {
 *   bind: async ({ dn, password }) => {
 *     if (!(await isValid(dn, password))) throw new LdapError(resultCode.invalidCredentials, 'No.');
 *     return { dn };
 *   },
 *   async *search(request) {
 *     for (const user of await find(request.filter)) yield { dn: user.dn, attributes: user.attributes };
 *   },
 * };
 */
export interface Backend {
  bind(request: SimpleBind, context: OperationContext): Promise<BindAnswer>;

  /** Throw here to refuse anonymous binds; left out, they are welcome. */
  bindAnonymously?(context: OperationContext): Promise<void>;

  /**
   * Everything that matches base, scope and filter and that this client may read, whole: the server picks the attributes
   * that were asked for. `request.base` is as the client wrote it and may be no DN at all. It is pulled lazily; between
   * two pages it waits, and `return()` is called when it is no longer wanted. Throw to end with another result than
   * success; entries yielded before are sent.
   */
  search(request: SearchRequest, context: OperationContext): AsyncIterable<SearchEntry> | Iterable<SearchEntry>;

  /**
   * The entry of a base search of ''. `standard` is what the server would answer: controls, extensions, versions. Throw
   * to refuse. Left out, `standard` it is.
   */
  rootDse?(standard: SearchEntry, context: OperationContext): Promise<SearchEntry>;

  /** The limits for this client. Left out: none. */
  limits?(context: OperationContext): SearchLimits;

  /** The authorization identity (RFC 4532), `dn:…` or ''. Left out: that of the last bind. */
  whoAmI?(context: OperationContext): Promise<string>;

  compare?(request: Omit<OperationOf<'compare'>, 'kind'>, context: OperationContext): Promise<boolean>;
  add?(
    request: { readonly dn: string; readonly attributes: readonly AttributeInput[] },
    context: OperationContext,
  ): Promise<AnswerControls>;
  modify?(
    request: { readonly dn: string; readonly changes: readonly Change[] },
    context: OperationContext,
  ): Promise<AnswerControls>;
  delete?(request: { readonly dn: string }, context: OperationContext): Promise<AnswerControls>;
  modifyDn?(request: Omit<OperationOf<'modifyDn'>, 'kind'>, context: OperationContext): Promise<AnswerControls>;

  /** Other extended operations. Left out, or undefined as the answer: protocolError, as RFC 4511 §4.12 wants. */
  extended?(
    request: { readonly oid: string; readonly value?: Buffer },
    context: OperationContext,
  ): Promise<{ readonly oid?: string; readonly value?: Buffer } | undefined>;

  /** OIDs of extended operations and controls that `extended` and the others answer, for the root DSE and criticality. */
  readonly supportedExtensions?: readonly string[];
  readonly supportedControls?: readonly string[];

  connected?(connection: LdapConnection): void;
  /** `reason`: an unbind by the client, or anything else that ends a connection. */
  disconnected?(connection: LdapConnection, reason: 'unbind' | 'closed'): void;
}

/** What a write may add to its success. */
// biome-ignore lint/suspicious/noConfusingVoidType: a backend with nothing to add returns nothing.
export type AnswerControls = { readonly controls?: readonly ResponseControl[] } | void;

/** A refusal, as the client shall read it. `disconnect` hangs up after the answer. */
export class LdapError extends Error {
  override readonly name = 'LdapError';
  readonly code: number;
  readonly matchedDn: string;
  readonly controls: readonly ResponseControl[];
  readonly disconnect: boolean;

  constructor(
    code: number,
    message = '',
    options: {
      readonly matchedDn?: string;
      readonly controls?: readonly ResponseControl[];
      readonly disconnect?: boolean;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.matchedDn = options.matchedDn ?? '';
    this.controls = options.controls ?? [];
    this.disconnect = options.disconnect ?? false;
  }

  get result(): LdapResult {
    return { code: this.code, message: this.message, matchedDn: this.matchedDn, controls: this.controls };
  }
}
