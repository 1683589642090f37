import { runWebApp } from '@ldap-to-okta/web-app';

await runWebApp({ name: 'oidc', defaultMode: 'oidc', env: process.env });
