import {
  AuthError,
  type Identity,
  type Observer,
  type PasswordAuth,
  type RedirectAuth,
  RedirectRefusal,
  type SignInResult,
  type Step,
} from '@ldap-to-okta/auth-adapter';
import { type Request, Router } from 'express';

const PEOPLE: Readonly<Record<string, { password: string; groups: readonly string[]; displayName?: string }>> = {
  user01: { password: 'password1', groups: ['allusers'] },
  user02: { password: 'password2', groups: ['allusers'] },
  'o\'brien & <b>"x"</b>': { password: 'password4', groups: ['R&D <core>'], displayName: '<script>alert(1)</script>' },
  thousand: { password: 'password5', groups: Array.from({ length: 1000 }, (_, n) => `a group with a long name ${n}`) },
};

export interface MemoryPasswordAuth extends PasswordAuth {
  /** What reached the adapter, that is, what a directory would have been asked. */
  readonly asked: { username: unknown; password: unknown }[];
  /** Thrown by every call while set. */
  fault: AuthError | undefined;
}

/** The seam without a directory behind it. */
export function memoryPasswordAuth(observeAll?: Observer): MemoryPasswordAuth {
  const auth: MemoryPasswordAuth = {
    kind: 'password',
    mode: 'ldap',
    asks: { who: 'directory', urls: ['ldap://localhost:1389'] },
    usernameExample: 'user01',
    asked: [],
    fault: undefined,
    async ready() {
      if (auth.fault) {
        throw auth.fault;
      }
    },
    close: async () => undefined,
    async authenticate({ username, password }, observe): Promise<SignInResult> {
      auth.asked.push({ username, password });
      if (auth.fault) {
        throw auth.fault;
      }
      const person = PEOPLE[String(username)];
      const outcome = person?.password === password ? 'ok' : 'invalid-credentials';
      for (const step of stepsOf(String(username), person !== undefined, outcome)) {
        observeAll?.(step);
        observe?.(step);
      }
      if (username === 'locked') {
        return { ok: false, reason: 'locked' };
      }
      return person !== undefined && person.password === password
        ? { ok: true, identity: identityOf(String(username), person.groups, person.displayName) }
        : { ok: false, reason: 'invalid-credentials' };
    },
  };
  return auth;
}

function stepsOf(username: string, exists: boolean, outcome: string): readonly Step[] {
  const search = { base: 'ou=users,dc=example,dc=org', scope: 'sub', filter: `(uid=${username})` } as const;
  return [
    { kind: 'search', purpose: 'user', ...search, entries: exists ? 1 : 0, outcome: 'ok', ms: 1 },
    { kind: 'bind', purpose: 'user', dn: `cn=${username}`, outcome, ms: 1 },
  ];
}

function identityOf(username: string, groups: readonly string[], displayName = username): Identity {
  return { username, displayName, email: `${username}@example.com`, dn: `cn=${username}`, groups, mode: 'ldap' };
}

interface FakeSession {
  fakeReturnTo?: string;
  fakeUser?: Identity;
}

export interface MemoryRedirectAuth extends RedirectAuth {
  expired: boolean;
}

/** A provider that signs everybody in, or answers what the test asks of it. */
export function memoryRedirectAuth(signOutUrl?: string, observe?: Observer): MemoryRedirectAuth {
  const sessionOf = (request: Request) => request.session as unknown as FakeSession & typeof request.session;
  const router = Router();
  router.get('/callback', (request, response, next) => {
    const { refuse, fault } = request.query;
    const exchange = { kind: 'exchange', id: 'only', url: 'https://okta.example/token', ms: 1 } as const;
    if (fault) {
      next(new AuthError('unavailable', 'the provider is away', { detail: 'connection-refused' }));
      return;
    }
    if (refuse) {
      next(new RedirectRefusal('access-denied', 'refused', { detail: 'access_denied' }));
      return;
    }
    const returnTo = sessionOf(request).fakeReturnTo ?? '/';
    request.session.regenerate((error) => {
      sessionOf(request).fakeUser = {
        username: 'user01@example.com',
        displayName: 'User1',
        email: 'user01@example.com',
        groups: ['allusers'],
        claims: {
          email: 'user01@example.com',
          groups: ['a', 'b'],
          'https://example.com/x y': { deep: '<i>' },
          'https://example.com/x-y': 1,
        },
        claimSources: {
          email: ['id-token', 'userinfo'],
          groups: ['id-token'],
          'https://example.com/x y': ['userinfo'],
        },
        mode: 'oidc',
      };
      observe?.({ ...exchange, outcome: 'ok' }, request);
      response.redirect(returnTo);
      if (error) {
        next(error);
      }
    });
  });
  const auth: MemoryRedirectAuth = {
    kind: 'redirect',
    mode: 'oidc',
    expired: false,
    asks: { who: 'okta', urls: ['https://okta.example/oauth2/default'] },
    router,
    ready: async () => undefined,
    close: async () => undefined,
    startSignIn(request, response, _next, returnTo) {
      sessionOf(request).fakeReturnTo = returnTo;
      observe?.(
        { kind: 'redirect', to: 'https://okta.example/authorize', parameters: {}, id: 'only', outcome: 'ok', ms: 0 },
        request,
      );
      response.redirect('/callback?code=secret-code');
    },
    identity: (request) => (auth.expired ? undefined : sessionOf(request).fakeUser),
    signOutUrl: async (request) => (sessionOf(request).fakeUser === undefined ? undefined : signOutUrl),
  };
  return auth;
}
