import type { Context } from '../../../context.ts';
import { html } from '../../../http/page.ts';
import { type IntegrationSettings, parseSettings, type SettingsProblem } from '../../../integration/settings.ts';
import type { ConfigurationTest } from '../../../integration/test-configuration.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../../console-router.ts';
import { ldapAddress } from '../../widgets/addresses.ts';
import { problemList, selectField, textField } from '../../widgets/form-fields.ts';
import { LDAP_PATH, type Ldap, ldapOf, provisioningPage } from './ldap-frame.ts';
import { testResult } from './test-result.ts';

/** Fields of the form, with the words of Okta's; the values are texts. */
const LABELS = {
  ldapVersion: 'LDAP Version',
  uniqueIdAttribute: 'Unique Identifier Attribute',
  userSearchBase: 'User Search Base',
  userObjectClass: 'User Object Class',
  userObjectFilter: 'User Object Filter',
  groupSearchBase: 'Group Search Base',
  groupObjectClass: 'Group Object Class',
  groupObjectFilter: 'Group Object Filter',
  memberAttribute: 'Member Attribute',
  usernameFormat: 'Okta username format',
  customUsername: 'Custom username',
  exampleUsername: 'Example username',
} as const satisfies Partial<Record<keyof IntegrationSettings, string>>;
type Setting = keyof typeof LABELS;
type Typed = Readonly<Record<Setting, string>>;

/** Directory Integrations > LDAP > Provisioning > Integration: settings, and Test Configuration. */
export function addIntegrationPages({ page, action }: ConsoleRouter, context: Context): void {
  page(LDAP_PATH, (visit) => {
    const ldap = ldapOf(context, visit);
    return integrationPage(ldap, visit, textsOf(ldap.integration.settings()));
  });

  action(
    LDAP_PATH,
    (visit) => ldapAddress(visit.param('id')),
    async (visit) => {
      const ldap = ldapOf(context, visit);
      const typed = Object.fromEntries(Object.keys(LABELS).map((name) => [name, visit.field(name).trim()])) as Typed; // one for each label
      const wanted = {
        ...ldap.integration.settings(),
        ...typed,
        // Empty, they follow from others.
        userObjectFilter: typed.userObjectFilter || undefined,
        groupObjectFilter: typed.groupObjectFilter || undefined,
        customUsername: typed.customUsername || undefined,
      };
      const first = ldap.app.settings === undefined;
      if (visit.field('action') === 'test') {
        const parsed = parseSettings(wanted, ldap.app.root);
        if (!parsed.ok) return integrationPage(ldap, visit, typed, { problems: parsed.problems });
        return integrationPage(ldap, visit, typed, { test: await ldap.integration.test(parsed.settings) });
      }
      const result = ldap.integration.configure(wanted);
      if (result?.ok !== true) return integrationPage(ldap, visit, typed, { problems: result?.problems ?? [] });
      return first
        ? { to: `${ldap.address}/set-up` }
        : done(ldap.address, 'The settings of the LDAP integration were saved.');
    },
  );

  page(`${LDAP_PATH}/set-up`, (visit) => {
    const ldap = ldapOf(context, visit);
    return provisioningPage(
      ldap,
      'integration',
      html`<section class="card"><h2>LDAP is set up</h2>
<p>The agent knows where users and groups are. Nothing has been imported yet.</p>
<p class="buttons"><a class="button" id="done" href="${ldap.address}/import">Done</a></p></section>`,
    );
  });
}

function textsOf(settings: IntegrationSettings | undefined): Typed {
  return Object.fromEntries(
    Object.keys(LABELS).map((name) => [name, String(settings?.[name as Setting] ?? '')]),
  ) as Typed; // one for each label
}

interface Outcome {
  readonly problems?: readonly SettingsProblem[];
  readonly test?: ConfigurationTest | undefined;
}

function integrationPage(ldap: Ldap, { csrf }: Visit, typed: Typed, outcome: Outcome = {}): ConsolePage {
  const { problems = [], test } = outcome;
  const field = (name: Setting, hint?: string) =>
    textField({
      name,
      label: LABELS[name],
      value: typed[name],
      hint,
      problem: problems.find(({ setting }) => setting === name)?.problem,
    });
  const first = ldap.app.settings === undefined;
  const texts = problems.map(({ setting, problem }) =>
    setting in LABELS ? `${LABELS[setting as Setting]} ${problem}` : `${setting} ${problem}`,
  );
  return provisioningPage(
    ldap,
    'integration',
    html`<h2>${first ? 'Set Up LDAP' : 'Integration'}</h2>
${problemList(texts)}
${test === undefined ? '' : testResult(test)}
<form method="post" action="${ldap.address}">${csrf}
<fieldset class="group"><legend>Version</legend>
${selectField({
  name: 'ldapVersion',
  label: LABELS.ldapVersion,
  value: typed.ldapVersion,
  choices: [{ value: 'OpenLDAP', label: 'OpenLDAP' }],
  hint: 'Local Okta knows no other',
})}
${field('uniqueIdAttribute', 'Never changes for a person, whatever else does')}
</fieldset>
<fieldset class="group"><legend>User</legend>
${field('userSearchBase', `Where the users are, such as ou=users,${ldap.app.root}`)}
${field('userObjectClass')}
${field('userObjectFilter')}
</fieldset>
<fieldset class="group"><legend>Group</legend>
${field('groupSearchBase', `Where the groups are, such as ou=groups,${ldap.app.root}`)}
${field('groupObjectClass')}
${field('groupObjectFilter')}
${field('memberAttribute', 'Names the members, by their distinguished names or by their uid')}
</fieldset>
<fieldset class="group"><legend>Validate Configuration</legend>
${selectField({
  name: 'usernameFormat',
  label: LABELS.usernameFormat,
  value: typed.usernameFormat,
  choices: [
    { value: 'email', label: 'Email address' },
    { value: 'custom', label: 'Custom' },
  ],
})}
${field('customUsername', 'With the format Custom: attributes in braces, such as {uid}@example.com')}
${field('exampleUsername', 'Somebody whom the test should find, such as user01@example.com')}
<p class="buttons"><button class="plain" name="action" value="test" id="test-configuration">Test Configuration</button></p>
</fieldset>
<p class="buttons"><button name="action" value="save" id="save">${first ? 'Next' : 'Save'}</button></p>
</form>`,
    problems.length > 0 ? 400 : 200,
  );
}
