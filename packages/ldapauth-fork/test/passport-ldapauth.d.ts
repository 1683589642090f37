// passport-ldapauth 3.0.1 ships types that need those of passport and Express; this is what the tests use of it.
declare module 'passport-ldapauth' {
  import type LdapAuth from 'ldapauth-fork';
  export class Strategy {
    constructor(
      options: { server: LdapAuth.Options },
      verify: (user: LdapAuth.User, done: (error: Error | null, user: LdapAuth.User) => void) => void,
    );
    authenticate(request: { body: unknown; query?: unknown }, options?: object): void;
    success: (user: LdapAuth.User) => void;
    fail: (challenge: { message: string }, status: number) => void;
    error: (error: Error) => void;
  }
}
