import type { Context } from '../../../context.ts';
import { type Html, html } from '../../../http/page.ts';
import type { IntegrationSettings } from '../../../integration/settings.ts';
import { userActor } from '../../../system-log/log-event.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../../console-router.ts';
import { ldapAddress } from '../../widgets/addresses.ts';
import { checkField, problemList, radioFields, textField } from '../../widgets/form-fields.ts';
import { assertConfigured, LDAP_PATH, type Ldap, ldapOf, provisioningPage } from './ldap-frame.ts';

const FLAGS = ['autoConfirmExact', 'autoConfirmPartial', 'autoConfirmNew', 'autoActivate'] as const;

/** Directory Integrations > LDAP > Provisioning > To Okta: what becomes of an entry here. */
export function addToOktaPages({ page, action }: ConsoleRouter, context: Context): void {
  const backTo = (visit: Visit): string => `${ldapAddress(visit.param('id'))}/to-okta`;

  page(`${LDAP_PATH}/to-okta`, (visit) => toOktaPage(ldapOf(context, visit), visit));

  action(`${LDAP_PATH}/to-okta`, backTo, (visit) => {
    const ldap = ldapOf(context, visit);
    assertConfigured(ldap);
    const { integration } = ldap;
    const given = (name: string): boolean => visit.field(name) !== '';
    const result = integration.configure({
      ...integration.settings(),
      justInTime: given('justInTime'),
      import: {
        ...Object.fromEntries(FLAGS.map((flag) => [flag, given(flag)])),
        safeguardPercent: numberOf(visit.field('safeguardPercent')),
        clockSkewSeconds: numberOf(visit.field('clockSkewSeconds')),
        onRemoval: visit.field('onRemoval'),
      },
    });
    const problems = result?.ok === false ? result.problems.map(({ setting, problem }) => `${setting} ${problem}`) : [];
    if (problems.length > 0) return toOktaPage(ldap, visit, problems);
    return done(backTo(visit), 'The settings were saved.');
  });

  action(`${LDAP_PATH}/to-okta/mapping`, backTo, (visit) => {
    const ldap = ldapOf(context, visit);
    assertConfigured(ldap);
    const settings = ldap.integration.settings();
    const kept = Object.keys(settings?.mapping ?? {})
      .map((name) => [name, visit.field(`map-${name}`).trim()])
      .filter(([, from]) => from !== '');
    const another = [visit.field('newAttribute').trim(), visit.field('newSource').trim()];
    const mapping = Object.fromEntries(another.some((text) => text !== '') ? [...kept, another] : kept);
    const result = ldap.integration.configure({ ...settings, mapping });
    if (result?.ok === false) {
      return toOktaPage(
        ldap,
        visit,
        result.problems.map(({ setting, problem }) => `${setting} ${problem}`),
      );
    }
    return done(backTo(visit), 'The mapping was saved. A full import brings everybody up to date.');
  });

  action(`${LDAP_PATH}/to-okta/profile-source`, backTo, (visit) => {
    assertConfigured(ldapOf(context, visit));
    const source = visit.field('sourcesProfiles') === '' ? 'OKTA' : 'LDAP';
    const result = context.services.cutOver?.setProfileSource(source, userActor(visit.admin));
    if (result?.ok !== true) return refused(backTo(visit), result?.problem ?? 'It cannot be switched.');
    return done(backTo(visit), source === 'LDAP' ? 'LDAP sources Okta users.' : 'Okta sources all users.');
  });
}

/** As typed where it is no number: the settings say then what is wrong with it. */
function numberOf(text: string): number | string {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text) : text;
}

function toOktaPage(ldap: Ldap, visit: Visit, problems: readonly string[] = []): ConsolePage {
  const settings = ldap.integration.settings();
  const body =
    ldap.app.settings === undefined || settings === undefined
      ? html`<p class="empty">The integration is not configured yet: <a href="${ldap.address}">Integration</a>.</p>`
      : html`${problemList(problems)}${generalForm(ldap, settings, visit)}${sourceForm(ldap, settings, visit)}${mappingForm(ldap, settings, visit)}`;
  return provisioningPage(ldap, 'to-okta', html`<h2>To Okta</h2>${body}`, problems.length > 0 ? 400 : 200);
}

function generalForm({ address }: Ldap, settings: IntegrationSettings, { csrf }: Visit): Html {
  const options = settings.import;
  return html`<form method="post" action="${address}/to-okta" class="settings">${csrf}
<fieldset class="group"><legend>General</legend>
${checkField({
  name: 'justInTime',
  label: 'JIT provisioning: create users at their first sign-in',
  checked: settings.justInTime,
  hint: settings.delegatedAuthentication ? undefined : 'Needs delegated authentication, which is switched off',
})}
${textField({ name: 'safeguardPercent', label: 'Import safeguard', type: 'number', value: String(options.safeguardPercent), hint: 'A full import that would remove more than so many percent of the users stops; 100 switches that off' })}
${textField({ name: 'clockSkewSeconds', label: 'Clock skew', type: 'number', value: String(options.clockSkewSeconds), hint: 'Seconds that the clocks of the directory and of Okta may be apart, for incremental imports' })}
</fieldset>
<fieldset class="group"><legend>User Creation &amp; Matching</legend>
${checkField({ name: 'autoConfirmExact', label: 'Auto-confirm exact matches', checked: options.autoConfirmExact })}
${checkField({ name: 'autoConfirmPartial', label: 'Auto-confirm partial matches', checked: options.autoConfirmPartial })}
${checkField({ name: 'autoConfirmNew', label: 'Auto-confirm new users', checked: options.autoConfirmNew })}
${checkField({ name: 'autoActivate', label: 'Auto-activate new users', checked: options.autoActivate })}
</fieldset>
<fieldset class="group"><legend>Profile &amp; Lifecycle Sourcing</legend>
${radioFields({
  name: 'onRemoval',
  label: 'When a user is deactivated in LDAP',
  value: options.onRemoval,
  choices: [
    { value: 'nothing', label: 'Do nothing' },
    { value: 'deactivate', label: 'Deactivate' },
    { value: 'suspend', label: 'Suspend' },
  ],
})}
</fieldset>
<p class="buttons"><button id="save">Save</button></p>
</form>`;
}

function sourceForm({ address }: Ldap, settings: IntegrationSettings, { csrf }: Visit): Html {
  return html`<form method="post" action="${address}/to-okta/profile-source" class="card">${csrf}
<h3>Profile source</h3>
${checkField({
  name: 'sourcesProfiles',
  label: 'Allow LDAP to source Okta users',
  checked: settings.sourcesProfiles,
  hint: 'Profiles are the directory’s, and imports bring them up to date. Off: Okta keeps them, and imports change and remove nobody',
})}
<p class="buttons"><button class="plain" id="save-source">Save profile source</button></p>
</form>`;
}

function mappingForm(
  { address }: Ldap,
  { mapping, usernameFormat, customUsername }: IntegrationSettings,
  { csrf }: Visit,
): Html {
  const login = usernameFormat === 'email' ? (mapping.email ?? '') : (customUsername ?? '');
  return html`<form method="post" action="${address}/to-okta/mapping" class="card">${csrf}
<h3>Attribute mappings</h3>
<p class="note">From an attribute of the directory to one of the Okta profile. An empty field takes a mapping away. <code>login</code>
follows from the Okta username format: <code>${login}</code>.</p>
<div class="mapping">${Object.entries(mapping).map(([name, from]) =>
    textField({ name: `map-${name}`, label: name, value: from }),
  )}
</div>
<div class="mapping">${textField({ name: 'newAttribute', label: 'Another Okta attribute' })}
${textField({ name: 'newSource', label: 'Its attribute in the directory' })}</div>
<p class="buttons"><button class="plain" id="save-mapping">Save mappings</button></p>
</form>`;
}
