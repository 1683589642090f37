import type { RequestControl } from './control.ts';
import type { Filter } from './filter.ts';

/** An attribute as a request writes it: a description and octet strings. */
export interface AttributeInput {
  readonly name: string;
  readonly values: readonly Buffer[];
}

export interface Change {
  readonly operation: 'add' | 'delete' | 'replace' | 'increment';
  readonly attribute: AttributeInput;
}

export type Scope = 'base' | 'one' | 'sub' | 'children';

export type Authentication =
  | { readonly kind: 'simple'; readonly password: Buffer }
  | { readonly kind: 'sasl'; readonly mechanism: string }
  | { readonly kind: 'unknown' };

/** The operations of RFC 4511 §4, decoded. DNs are as the client wrote them. */
export type Operation =
  | { readonly kind: 'bind'; readonly version: number; readonly dn: string; readonly authentication: Authentication }
  | { readonly kind: 'unbind' }
  | {
      readonly kind: 'search';
      readonly base: string;
      readonly scope: Scope;
      readonly sizeLimit: number;
      readonly timeLimit: number;
      readonly typesOnly: boolean;
      readonly filter: Filter;
      readonly attributes: readonly string[];
    }
  | { readonly kind: 'modify'; readonly dn: string; readonly changes: readonly Change[] }
  | { readonly kind: 'add'; readonly dn: string; readonly attributes: readonly AttributeInput[] }
  | { readonly kind: 'delete'; readonly dn: string }
  | {
      readonly kind: 'modifyDn';
      readonly dn: string;
      readonly newRdn: string;
      readonly deleteOldRdn: boolean;
      readonly newSuperior?: string;
    }
  | { readonly kind: 'compare'; readonly dn: string; readonly attribute: string; readonly value: Buffer }
  | { readonly kind: 'abandon'; readonly messageId: number }
  | { readonly kind: 'extended'; readonly oid: string; readonly value?: Buffer };

export type OperationOf<K extends Operation['kind']> = Extract<Operation, { kind: K }>;

export interface LdapMessage {
  readonly id: number;
  readonly operation: Operation;
  readonly controls: readonly RequestControl[];
}
