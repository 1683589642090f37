import type { Context } from '../../context.ts';
import { html } from '../../http/page.ts';
import { newOidcApp } from '../../oidc/oidc-apps.ts';
import { appActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { appAddress } from '../widgets/addresses.ts';
import { factList } from '../widgets/data-table.ts';
import { radioFields } from '../widgets/form-fields.ts';
import { APP_LIST, CREATE_APP } from './app-list.ts';
import { formOf, type OidcAppForm, oidcAppFields, readForm } from './oidc-app-form.ts';

/** Applications > Create App Integration. */
export function addCreateAppPages({ page, action }: ConsoleRouter, context: Context): void {
  const { directory } = context;
  const actions = appActionsOf(context);
  const [appUrl = 'http://localhost:8080'] = context.config.oidcApp.appUrls;
  const suggested: OidcAppForm = {
    label: 'My Web App',
    refreshToken: false,
    redirectUris: `${appUrl}/authorization-code/callback`,
    postLogoutRedirectUris: `${appUrl}/`,
  };

  page(CREATE_APP, (visit) => createPage(visit, suggested, 'everyone'));
  action(CREATE_APP, CREATE_APP, (visit) => {
    const form = formOf(visit);
    const access = visit.field('access') === 'later' ? 'later' : 'everyone';
    const read = readForm(form);
    if (!read.ok) return createPage(visit, form, access, read.problems);
    const app = actions.create(visit.request, visit.response, newOidcApp(read.request));
    if (access === 'everyone') {
      actions.assignGroup(visit.request, visit.response, app, directory.groups.everyone());
    }
    return done(appAddress(app), `${app.label} was created. Its client credentials are below.`);
  });
}

function createPage({ csrf }: Visit, form: OidcAppForm, access: string, problems: readonly string[] = []): ConsolePage {
  return {
    title: 'New Web App Integration',
    status: problems.length === 0 ? 200 : 400,
    body: html`<p class="crumbs"><a href="${APP_LIST}">Applications</a></p>
<h1>New Web App Integration</h1>
<form method="post" action="${CREATE_APP}" class="card">${csrf}
${factList([
  ['Sign-in method', 'OIDC - OpenID Connect'],
  ['Application type', 'Web Application'],
  ['Grant type', 'Authorization Code'],
])}
<h2 class="apart">General Settings</h2>
${oidcAppFields(form, problems)}
${radioFields({
  name: 'access',
  label: 'Assignments: Controlled access',
  value: access,
  choices: [
    { value: 'everyone', label: 'Allow everyone in your organization to access' },
    {
      value: 'later',
      label: 'Skip group assignment for now',
      hint: 'Nobody can sign in to it before they are assigned',
    },
  ],
})}
<p class="buttons"><button id="save">Save</button> <a class="button plain" href="${APP_LIST}">Cancel</a></p>
</form>`,
  };
}
