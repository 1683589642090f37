import { runWebApp } from '@ldap-to-okta/web-app';

await runWebApp({ name: 'okta-ldap', defaultMode: 'okta-ldap', env: process.env });
