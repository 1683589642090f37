/** passport-ldapauth 3 ships no types; this is what the adapter uses of it. */
declare module 'passport-ldapauth' {
  import type LdapAuth from 'ldapauth-fork';

  /** What `authenticate` passes to `fail` in place of its English sentences. */
  export interface RefusalMessages {
    readonly badRequestMessage: string;
    readonly invalidCredentials: string;
    readonly userNotFound: string;
    readonly noSuchObject: string;
    readonly constraintViolation: string;
    readonly invalidLogonHours: string;
    readonly invalidWorkstation: string;
    readonly passwordExpired: string;
    readonly accountDisabled: string;
    readonly accountExpired: string;
    readonly passwordMustChange: string;
    readonly accountLockedOut: string;
  }

  export interface StrategyOptions<Request> {
    readonly server: LdapAuth.Options | LdapAuth.Watched;
    readonly credentialsLookup: (request: Request) => { readonly username: unknown; readonly password: unknown };
  }

  export class Strategy<Request> {
    /** @param chooseOptions called at each sign-in */
    constructor(
      chooseOptions: (request: Request, choose: (error: undefined, options: StrategyOptions<Request>) => void) => void,
    );
    authenticate(request: Request, messages: RefusalMessages): void;
    /** The three outcomes, which passport sets on an object made from the strategy for each request. */
    success: (user: LdapAuth.User) => void;
    fail: (info: { readonly message: string }, status: number) => void;
    error: (error: Error) => void;
  }
}
