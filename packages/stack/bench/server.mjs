// A contestant in a process of its own: `node server.mjs <name> <directory as JSON>`. Says its port to its parent.
import { contestants } from './contestants.mjs';
import { createSignInApp } from './sign-in-app.mjs';

const [name, directory] = process.argv.slice(2);
const check = await contestants[name](JSON.parse(directory));
const server = createSignInApp(check).listen(0, '127.0.0.1', () => process.send(server.address().port));
process.on('disconnect', () => process.exit());
