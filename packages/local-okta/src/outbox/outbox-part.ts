import type { PartDefinition } from '../context.ts';
import { createOutbox } from './outbox.ts';
import { createOutboxRoutes } from './routes.ts';
import { outboxSchema } from './schema.ts';

/** Links to set a password by. Okta mails them; Local Okta keeps them where an administrator can read them. */
export const outboxPart: PartDefinition = {
  name: 'outbox',
  schema: outboxSchema,
  create(context) {
    const { store, clock, config } = context;
    const outbox = createOutbox({ store, clock, publicUrl: config.publicUrl });
    context.services.outbox = outbox;
    return { router: createOutboxRoutes(context, outbox) };
  },
};
