// What an app's main.ts does, for the tests of the process as a whole.
import { runWebApp } from '../dist/index.js';

await runWebApp({ name: 'shell', defaultMode: 'ldap', env: process.env });
