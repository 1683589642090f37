/** `active-directory`: Microsoft's manners. `rude`: all that RFC 4511 lets a directory do and few clients expect. */
export type OtherDirectoryFlavour = 'active-directory' | 'rude';

export interface OtherDirectoryOptions {
  readonly flavour: OtherDirectoryFlavour;
}

/** What a directory can be told to do instead of a good answer. */
export type OtherFault =
  /** Ends with this result code; a search sends as many entries as it found, up to `after`, before (default 0). */
  | { readonly kind: 'code'; readonly code: number; readonly message?: string; readonly after?: number }
  /** Waits first. */
  | { readonly kind: 'slow'; readonly milliseconds: number }
  /** Never answers. */
  | { readonly kind: 'silent' }
  /** Ends the connection without a word. */
  | { readonly kind: 'cut' }
  /** A notice of disconnection (RFC 4511 section 4.4.1), then the end of the connection. */
  | { readonly kind: 'notice' }
  /** Says an IntermediateResponse (section 4.13) first, which nobody asked for. */
  | { readonly kind: 'intermediate' }
  /** Answers a question first that nobody asked: an entry under a message number that is not in use. */
  | { readonly kind: 'stranger' };

/** A request as it came. */
export interface OtherRequest {
  readonly kind: 'bind' | 'search';
  /** The name of a bind as it was sent, the base of a search. */
  readonly name: string;
  readonly filter?: string;
}

/** A running directory of another maker. Everybody's password is `password1`. */
export interface OtherDirectory {
  readonly flavour: OtherDirectoryFlavour;
  /** `ldap://127.0.0.1:N`. It knows no StartTLS. */
  readonly url: string;
  /** `ldaps://localhost:N` */
  readonly ldapsUrl: string;
  /** What clients of `ldapsUrl` must trust, PEM. */
  readonly caPem: string;
  readonly base: string;
  readonly userBase: string;
  readonly groupBase: string;
  /** An account that may search. */
  readonly serviceDn: string;
  readonly servicePassword: string;
  /** Every bind and search since the start, in order. */
  requests(): readonly OtherRequest[];
  /** The next `times` requests of this kind (default: all) get this instead of, or before, their answer. */
  misbehave(on: OtherRequest['kind'], fault: OtherFault, times?: number): void;
  /** Ends every fault. */
  behave(): void;
  close(): Promise<void>;
}
