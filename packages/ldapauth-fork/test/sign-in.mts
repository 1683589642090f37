import LdapAuth from 'ldapauth-fork';

export type Judged =
  | { readonly user: LdapAuth.User }
  | { readonly refused: LdapAuth.RefusalReason }
  | { readonly broken: LdapAuth.LdapAuthErrorCode; readonly detail: string };

/** One sign-in as passport-ldapauth does it: a handle of its own, closed in the callback. */
export function signIn(options: LdapAuth.Options, username: unknown, password: unknown): Promise<Judged> {
  return new Promise((resolve, reject) => {
    const auth = new LdapAuth(options);
    auth.authenticate(username, password, (error, user) => {
      auth.close();
      if (error instanceof LdapAuth.InvalidCredentialsError) {
        resolve({ refused: error.reason });
      } else if (error instanceof LdapAuth.LdapAuthError) {
        resolve({ broken: error.code, detail: error.detail });
      } else if (user === undefined) {
        reject(error ?? new Error('neither an error nor a user'));
      } else {
        resolve({ user });
      }
    });
  });
}

export function groupsOf(judged: Judged): readonly unknown[] | undefined {
  return 'user' in judged ? judged.user._groups?.map(({ cn }) => cn).sort() : undefined;
}
