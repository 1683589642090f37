import type { Request } from 'express';
import { z } from 'zod';
import { importedHashSchema } from '../directory/imported-password.ts';
import { OktaError } from '../http/okta-error.ts';

/**
 * The body in the shape that `schema` wants. Fields it does not name are left out, as Okta ignores them.
 * @throws OktaError naming each field that is wrong
 */
export function parseBody<Output>(request: Request, schema: z.ZodType<Output>): Output {
  const result = schema.safeParse(request.body ?? {}, {
    error: ({ code, input }) =>
      code === 'invalid_type' && input === undefined ? 'The field cannot be left blank' : undefined,
  });
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message }));
  throw new OktaError('E0000001', {
    detail: [...new Set(problems.map(({ field }) => field))].join(', '),
    causes: problems.map(({ field, message }) => `${field}: ${message}`),
  });
}

const secret = z.strictObject({ value: z.string().min(1) });

/** Attributes by name; `checkProfile` judges them. */
export const profileSchema = z.record(z.string(), z.unknown());

const WAYS = ['value', 'hash', 'hook'] as const;

/** In clear, as another directory hashed it, or with the password import inline hook; `{}` says nothing. */
const passwordSchema = z
  .strictObject({
    value: z.string().min(1).optional(),
    hash: importedHashSchema.optional(),
    hook: z.strictObject({ type: z.literal('default', { error: 'must be default' }) }).optional(),
  })
  .refine((password) => WAYS.filter((way) => password[way] !== undefined).length <= 1, {
    message: 'takes one of value, hash and hook',
  });

const credentialsSchema = z.object({
  password: passwordSchema.optional(),
  provider: z
    .object({
      type: z.enum(['OKTA', 'LDAP', 'IMPORT'], { error: 'must be OKTA, LDAP or IMPORT' }),
      name: z.string().min(1).max(100).optional(),
    })
    .optional(),
});

export type Credentials = z.output<typeof credentialsSchema>;

export const newUserSchema = z.object({
  profile: profileSchema,
  credentials: credentialsSchema.optional(),
  groupIds: z.array(z.string().max(40)).max(20).optional(),
});

export const changedUserSchema = z.object({
  profile: profileSchema.optional(),
  credentials: credentialsSchema.optional(),
});

export const changedPasswordSchema = z.object({ oldPassword: secret, newPassword: secret });
