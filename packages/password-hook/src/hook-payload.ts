import { z } from 'zod';

/**
 * What Okta sends, as far as it matters here. Bounds are those of the sign-in itself.
 * Source: Okta, "Password import inline hook reference".
 */
export const hookRequest = z.object({
  eventId: z.string().max(200).optional(),
  eventType: z.literal('com.okta.user.credential.password.import'),
  data: z.object({
    context: z.object({
      credential: z.object({ username: z.string().min(1).max(256), password: z.string().min(1).max(1024) }),
    }),
  }),
});

/** The answer that lets the person in and makes Okta keep the password. Anything else leaves it unverified. */
export const VERIFIED = {
  commands: [{ type: 'com.okta.action.update', value: { credential: 'VERIFIED' } }],
} as const;
