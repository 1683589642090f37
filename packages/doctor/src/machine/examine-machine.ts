import type { Environment } from '@ldap-to-okta/auth-adapter';
import { isLoopback } from '@ldap-to-okta/auth-adapter';
import { type Exam, failed, ok } from '../exam.ts';
import { portOf, type Setting } from '../setting/setting.ts';
import { judgeNames, judgeOrg } from '../setting/value-traps.ts';
import { checkDocker } from './docker.ts';
import type { EnvFile } from './env-file-check.ts';
import { checkNode } from './node-version.ts';
import { checkOwnPort, type OwnPort } from './ports.ts';

export interface MachineOptions {
  readonly exam: Exam;
  readonly setting: Setting;
  readonly root: string;
  readonly file: EnvFile;
  readonly environment: Environment;
  readonly timeoutMs: number;
}

/** What does not need the network: Node, the file, Docker, and the ports of npm start. */
export function examineMachine({ exam, setting, root, file, environment, timeoutMs }: MachineOptions): void {
  const { modes, org, given, withOrg } = setting;
  const section = exam.section('This computer');
  section.check('node', 'Node.js', async () => checkNode(root, process.versions.node));
  section.check('env-file', '.env', async () => [...file.verdicts, ...judgeNames(root, file.values)]);
  section.check('mode', 'AUTH_MODE', async () =>
    modes.length === 0
      ? failed('is none of ldap, agent, okta-ldap, oidc, all', 'For example: AUTH_MODE=ldap')
      : ok(undefined, modes.length === 1 ? `${modes[0]}` : `${modes.join(', ')}, as npm start runs them`),
  );
  section.check('org', 'OKTA_ORG', async () => judgeOrg(given, org));
  section.check('docker', 'Docker', async () => checkDocker({ env: environment, modes, org, withOrg, timeoutMs }));
  for (const port of ownPorts(setting)) {
    section.check(`port.${port.port}`, `port ${port.port}`, async () => checkOwnPort(port, timeoutMs));
  }
}

/** The ports that npm start would listen on, of what it would start. */
function ownPorts({ modes, org, env, ...setting }: Setting): readonly OwnPort[] {
  const number = (name: string, usual: number): number => Number(env[name] ?? usual) || usual;
  const apps = modes.map(
    (mode, index): OwnPort => ({
      port: portOf(env) + index,
      user: `the ${mode} app`,
      variable: 'PORT',
      speaks: 'http',
    }),
  );
  const withOrg = org === 'local' && setting.withOrg;
  const withDirectory =
    (withOrg || modes.includes('ldap')) &&
    env.DIRECTORY !== 'as-configured' &&
    isLoopback(env.LDAP_HOST ?? 'localhost');
  const port = (variable: string, usual: number, user: string, speaks: OwnPort['speaks']): OwnPort => ({
    port: number(variable, usual),
    user,
    variable,
    speaks,
  });
  return [
    ...apps,
    ...(withDirectory
      ? [
          port('OPENLDAP_PORT', 1389, 'the directory', 'ldap'),
          port('OPENLDAPS_PORT', 1636, 'the directory over TLS', 'ldaps'),
        ]
      : []),
    ...(withOrg
      ? [
          port('LOCAL_OKTA_PORT', 8090, 'Local Okta', 'http'),
          port('LOCAL_OKTA_LDAPS_PORT', 8636, 'its LDAP Interface', 'ldaps'),
          port('LOCAL_OKTA_LDAP_PORT', 8389, 'its LDAP Interface by StartTLS', 'ldap'),
        ]
      : []),
  ];
}
