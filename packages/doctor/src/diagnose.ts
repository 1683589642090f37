import type { AuthMode, Environment } from '@ldap-to-okta/auth-adapter';
import { examineLdap } from './directory/examine-ldap.ts';
import { examineOktaLdap } from './directory/examine-okta-ldap.ts';
import { createExam, type Finding, notChecked } from './exam.ts';
import { examineEnvFile } from './machine/env-file-check.ts';
import { examineMachine } from './machine/examine-machine.ts';
import type { ModeExam } from './mode-exam.ts';
import { examineOidc } from './org/examine-oidc.ts';
import { examineOrg } from './org/examine-org.ts';
import { createRedaction } from './redact.ts';
import { type ModeChoice, readSetting, type Setting } from './setting/setting.ts';
import { judgeTogether } from './setting/value-traps.ts';
import { judgeValues, problemsOfApp, readValues } from './setting/values.ts';

export interface DiagnoseOptions {
  /** The folder of package.json. */
  readonly root: string;
  readonly envFile: string;
  /** Whether that file was named by somebody, and so has to be there. */
  readonly envFileIsChosen: boolean;
  readonly environment: Environment;
  readonly mode: ModeChoice | undefined;
  /** Undefined: the tutorial's person. */
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly approvalLink: string | undefined;
  readonly timeoutMs: number;
  /** Gets each line as soon as it and those before it are known. */
  readonly onFinding: (finding: Finding) => void;
}

/** The names of the tutorial's first person: in a directory, and at Okta. */
const TUTORIAL_USER: Readonly<Record<AuthMode, string>> = {
  ldap: 'user01',
  'okta-ldap': 'user01@example.com',
  oidc: 'user01@example.com',
};

const TITLES: Readonly<Record<AuthMode, string>> = {
  ldap: 'AUTH_MODE=ldap: the app asks the directory itself',
  'okta-ldap': "AUTH_MODE=okta-ldap: the app asks Okta's LDAP Interface",
  oidc: "AUTH_MODE=oidc: the app sends people to Okta's sign-in page",
};

/** Checks everything that the chosen modes need, beside each other as far as they do not build on one another. */
export async function diagnose(options: DiagnoseOptions): Promise<readonly Finding[]> {
  const { root, environment, mode, password, approvalLink, timeoutMs, onFinding } = options;
  const file = await examineEnvFile(options.envFile, options.envFileIsChosen, environment);
  const setting = readSetting({ root, file: file.values, environment, mode });
  const clean = createRedaction({ ...setting.env, DOCTOR_PASSWORD: password });
  const exam = createExam(clean, onFinding);

  examineMachine({ exam, setting, root, file, environment, timeoutMs });
  const api = setting.withOrg
    ? examineOrg({ exam, setting, login: options.user ?? TUTORIAL_USER.oidc, approvalLink, environment, timeoutMs })
    : { passed: Promise.resolve({ blame: 'no org is asked in this mode' }) };
  for (const one of setting.modes) {
    examineMode(one, {
      exam,
      setting,
      api,
      user: { name: options.user ?? TUTORIAL_USER[one], isChosen: options.user !== undefined },
      password,
      timeoutMs,
    });
  }
  return exam.end();
}

interface ModeOptions extends Pick<ModeExam, 'exam' | 'user' | 'password' | 'api' | 'timeoutMs'> {
  readonly setting: Setting;
}

function examineMode(mode: AuthMode, { setting, ...options }: ModeOptions): void {
  const section = options.exam.section(TITLES[mode]);
  const env = setting.envOf(mode);
  const values = readValues(env);
  section.check(`${mode}.values`, 'values', async () => judgeValues(values.problems, 'all of them can be read'));
  section.check(`${mode}.app-values`, 'values of the app', async () =>
    judgeValues(problemsOfApp(env, values.problems), 'all of them can be read'),
  );
  section.check(`${mode}.together`, 'values together', async () => judgeTogether(mode, env));
  const { config } = values;
  const modeExam: ModeExam = { ...options, section, env, values, org: setting.org };
  switch (config?.mode) {
    case 'ldap':
      examineLdap(modeExam, config);
      return;
    case 'okta-ldap':
      examineOktaLdap(modeExam, config);
      return;
    case 'oidc':
      examineOidc(modeExam, config);
      return;
    case undefined:
      section.check(`${mode}.server`, 'everything else', async () => notChecked('the values are wrong'));
      return;
    default:
      config satisfies never;
  }
}
