import { runWebApp } from '@ldap-to-okta/web-app';

await runWebApp({ name: 'ldap', defaultMode: 'ldap', env: process.env });
