import { z } from 'zod';
import { isLoopback } from '../config.ts';

/** The one kind of inline hook that Local Okta calls. */
export const PASSWORD_IMPORT = 'com.okta.user.credential.password.import';

const header = z.strictObject({
  key: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, 'must be a header name')
    .refine((key) => !/^(host|content-length|content-type|connection)$/i.test(key), 'is not yours to set'),
  value: z.string().regex(/^[\x20-\x7e]{0,2000}$/, 'must be printable ASCII'),
});

/** Okta wants https; Local Okta takes plain http to this computer too, where the hook of a workshop runs. */
const uri = z
  .url({ protocol: /^https?$/, error: 'must be a URL', abort: true })
  .max(2000)
  .refine(
    (text) => text.startsWith('https:') || isLoopback(new URL(text).hostname),
    'must be https, or http to loopback',
  );

/** Source: Okta API, "Inline Hooks". */
export const hookSchema = z.object({
  name: z.string().min(1, 'must not be empty').max(255, 'must have at most 255 characters'),
  type: z.literal(PASSWORD_IMPORT, { error: `must be ${PASSWORD_IMPORT}: Local Okta calls no other hooks` }),
  version: z.literal('1.0.0').default('1.0.0'),
  channel: z.object({
    type: z.literal('HTTP'),
    version: z.literal('1.0.0').default('1.0.0'),
    config: z.object({
      uri,
      method: z.literal('POST').default('POST'),
      headers: z.array(header).max(10).default([]),
      authScheme: z
        .strictObject({ type: z.literal('HEADER'), key: header.shape.key, value: header.shape.value })
        .optional(),
    }),
  }),
});

export type HookRequest = z.output<typeof hookSchema>;
export type HookChannel = HookRequest['channel'];

export interface InlineHook {
  readonly id: string;
  readonly name: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly created: string;
  readonly lastUpdated: string;
  readonly channel: HookChannel;
}
