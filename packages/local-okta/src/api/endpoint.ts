import type { Request, RequestHandler, Response, Router } from 'express';
import { type Permission, SUPER_ADMIN } from '../directory/admin-roles.ts';
import type { Directory } from '../directory/directory.ts';
import { DirectoryError } from '../directory/directory-error.ts';
import { HashBusyError } from '../directory/hash-workers.ts';
import { FilterError } from '../filter/filter-expression.ts';
import { callerOf } from '../http/api-auth.ts';
import { OktaError } from '../http/okta-error.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface Endpoint {
  /** What the caller's roles must allow, or that they are a super administrator; undefined where the handler decides. */
  readonly permission: Permission | typeof SUPER_ADMIN | undefined;
  readonly handle: (request: Request, response: Response) => Promise<void> | void;
}

/** For super administrators only. */
export const asAdmin = (handle: Endpoint['handle']): Endpoint => ({ permission: SUPER_ADMIN, handle });

/** The methods of one path; any other is answered with 405. */
export function endpoint(
  router: Router,
  directory: Directory,
  path: string,
  methods: Readonly<Partial<Record<Method, Endpoint>>>,
): void {
  const { adminRoles } = directory;
  const mayCall = (caller: string, wanted: Permission | typeof SUPER_ADMIN): boolean =>
    wanted === SUPER_ADMIN ? adminRoles.isSuperAdmin(caller) : adminRoles.can(caller, wanted);
  const route = router.route(path);
  for (const [method, { permission, handle }] of Object.entries(methods) as [Method, Endpoint][]) {
    const handler: RequestHandler = async (request, response) => {
      const caller = callerOf(response).user.id;
      if (permission !== undefined && !mayCall(caller, permission)) throw new OktaError('E0000006');
      try {
        await handle(request, response);
      } catch (error) {
        throw inOktaTerms(error);
      }
    };
    route[method](handler);
  }
  route.all((_request, response) => {
    response.set('Allow', Object.keys(methods).join(', ').toUpperCase());
    throw new OktaError('E0000022');
  });
}

/** What the directory refuses, as Okta's API says it. */
export function inOktaTerms(error: unknown): unknown {
  if (error instanceof FilterError) {
    return new OktaError('E0000031', { causes: [error.message], cause: error });
  }
  if (error instanceof HashBusyError) return new OktaError('E0000047', { cause: error });
  if (!(error instanceof DirectoryError)) return error;
  switch (error.code) {
    case 'not-found':
      return new OktaError('E0000007', { detail: error.message, cause: error });
    case 'invalid':
    case 'name-taken': {
      const fields = [...new Set(error.problems.map(({ field }) => field))];
      return new OktaError('E0000001', {
        detail: fields.join(', '),
        causes: error.problems.map(({ field, problem }) => `${field}: ${problem}`),
        cause: error,
      });
    }
    case 'built-in-group':
      return new OktaError('E0000006', { cause: error });
    case 'not-deactivated':
    case 'transition-forbidden':
      return new OktaError('E0000038', { cause: error });
    case 'password-not-here':
      return new OktaError('E0000014', { causes: [error.message], cause: error });
    default:
      return error.code satisfies never;
  }
}

/** A parameter of the path; express gives a list only for wildcards. */
export function pathParameter(request: Request, name: string): string {
  const value = request.params[name];
  return typeof value === 'string' ? value : '';
}
