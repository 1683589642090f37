// A process to be killed: imports batches for ever and says on standard output which one is done.
import { systemClock } from '../dist/clock.js';
import { createDirectory } from '../dist/directory/directory.js';
import { directorySchema } from '../dist/directory/schema.js';
import { openStore } from '../dist/store/store.js';

const [dataDir, size] = process.argv.slice(2);
const store = openStore({ dataDir, schemas: [directorySchema] });
const directory = createDirectory({ store, clock: systemClock, onListenerError: console.error });
const app = directory.apps.findByKind('ldap')[0] ?? directory.apps.create({ name: 'ldap', label: 'LDAP' });
const provider = { type: 'LDAP', name: 'example.org' };

for (;;) {
  const before = directory.users.count();
  const batch = Array.from({ length: Number(size) }, (_, index) => {
    const login = `u${before + index}@example.com`;
    const profile = { login, email: login, firstName: 'U', lastName: String(before + index) };
    return { profile, provider, appUser: { appId: app.id, externalId: login, profile } };
  });
  directory.importUsers(batch);
  process.stdout.write(`${directory.users.count()}\n`);
}
