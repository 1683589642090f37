import type { Context } from '../../context.ts';
import { notFound } from '../../directory/directory-error.ts';
import { type Html, html } from '../../http/page.ts';
import type { LdapInterface } from '../../ldap-interface/ldap-interface-part.ts';
import { settingsSchema } from '../../ldap-interface/settings.ts';
import { type ConsolePage, type ConsoleRouter, done, refused, type Visit } from '../console-router.ts';
import { factList } from '../widgets/data-table.ts';
import { selectField } from '../widgets/form-fields.ts';

export const LDAP_INTERFACE_PATH = '/admin/people/directories/ldap-interface';

const CONFIGURATIONS = [
  { value: 'okta-groups', label: 'Okta groups' },
  { value: 'app-groups', label: 'App groups' },
  { value: 'all', label: 'Okta groups and app groups' },
] as const;

/** Directory Integrations > LDAP Interface. */
export function addLdapInterfacePages({ page, action }: ConsoleRouter, context: Context): void {
  function interfaceOf(): LdapInterface {
    const { ldapInterface } = context.services;
    if (ldapInterface?.view().enabled !== true) throw notFound('Directory', 'LDAP Interface');
    return ldapInterface;
  }

  page(LDAP_INTERFACE_PATH, () => interfacePage(context, interfaceOf()));
  page(`${LDAP_INTERFACE_PATH}/edit`, (visit) => editPage(interfaceOf(), visit));
  action(`${LDAP_INTERFACE_PATH}/edit`, LDAP_INTERFACE_PATH, (visit) => {
    const parsed = settingsSchema.safeParse({ groups: visit.field('groups') });
    if (!parsed.success) return refused(`${LDAP_INTERFACE_PATH}/edit`, 'Choose one of the configurations.');
    interfaceOf().set(parsed.data);
    return done(LDAP_INTERFACE_PATH, 'The LDAP Interface was saved.');
  });
}

function frame(body: Html): Html {
  return html`<p class="crumbs"><a href="/admin/people/directories">Directory Integrations</a></p>
<h1>LDAP Interface</h1>
<p>The people and groups of this org as an LDAP directory, for apps that speak nothing else. It can be read and bound to, over
TLS only.</p>
${body}`;
}

function interfacePage({ services, config }: Context, ldapInterface: LdapInterface): ConsolePage {
  const { base, urls, groups } = ldapInterface.view();
  // Under the name by which the org is known, which its certificate has.
  const { hostname } = new URL(config.publicUrl);
  const ldaps = new URL(urls.ldaps ?? 'ldaps://localhost');
  const startTls = new URL(urls.ldap ?? 'ldap://localhost');
  const values = [
    `OKTA_LDAP_HOST=${hostname}`,
    `OKTA_LDAP_PORT=${ldaps.port || '636'}`,
    `OKTA_LDAP_BASE=${base}`,
    `OKTA_LDAP_ID=${services.ldapIntegration?.app()?.id ?? ''}`,
    'OKTA_LDAP_USERNAME=ldap-user',
    'OKTA_LDAP_PASSWORD=<the password that you gave this user>',
  ];
  return {
    title: 'LDAP Interface',
    body: frame(html`<section class="card" aria-labelledby="connection"><h2 id="connection">Connection settings</h2>
${factList([
  ['LDAP server', html`<code>${hostname}</code>`],
  ['LDAPS port', html`<code>${ldaps.port || '636'}</code>`],
  ['StartTLS port', html`<code>${startTls.port || '389'}</code>`],
  ['Base DN', html`<code>${base}</code>`],
  ['User DN', html`<code>uid=&lt;username&gt;,ou=users,${base}</code>`],
  [
    'Certificate authority',
    html`<a href="/local/ldap-interface/ca.pem" download="okta-ca.pem">Download certificate</a>`,
  ],
])}
</section>
<section class="card" aria-labelledby="groups"><div class="head"><h2 id="groups">Groups</h2>
<p class="actions"><a class="button plain" id="edit" href="${LDAP_INTERFACE_PATH}/edit">Edit</a></p></div>
${factList([['Configuration', html`<span id="configuration">${CONFIGURATIONS.find(({ value }) => value === groups)?.label}</span>`]])}
</section>
<section class="card" aria-labelledby="values"><h2 id="values">Values for the app</h2>
<p>The lines of the app’s <code>.env</code>. The user is one whom you make, with a role that may view users and groups.</p>
<pre id="env" tabindex="0">${values.join('\n')}</pre>
<p class="buttons"><button type="button" class="plain" data-copy="#env" data-needs-script hidden>Copy</button></p>
</section>`),
  };
}

function editPage(ldapInterface: LdapInterface, { csrf }: Visit): ConsolePage {
  return {
    title: 'Edit LDAP Interface',
    body: frame(html`<form method="post" action="${LDAP_INTERFACE_PATH}/edit" class="card">${csrf}
<h2>Groups</h2>
${selectField({
  name: 'groups',
  label: 'Configuration',
  value: ldapInterface.view().groups,
  choices: CONFIGURATIONS,
  hint: 'App groups are those that an import has brought; they lie below cn=<OKTA_LDAP_ID>,ou=apps,ou=groups',
})}
<p class="buttons"><button id="save">Save</button> <a class="button plain" href="${LDAP_INTERFACE_PATH}">Cancel</a></p>
</form>`),
  };
}
