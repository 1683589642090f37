import { fileURLToPath } from 'node:url';

const fromPackage = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const openldapFolder = fromPackage('../../docker/openldap');
export const tutorialLdif = fromPackage('../../ldifs/users.ldif');
export const personasLdif = fromPackage('ldifs/personas.ldif');
export const embeddedServerMain = fromPackage('dist/embedded-server/main.js');
