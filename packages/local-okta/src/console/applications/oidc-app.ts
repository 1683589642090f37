import type { Context } from '../../context.ts';
import type { App } from '../../directory/apps.ts';
import { notFound } from '../../directory/directory-error.ts';
import { type Html, html } from '../../http/page.ts';
import { randomBase62 } from '../../ids.ts';
import { OIDC_APP, settingsOf } from '../../oidc/clients.ts';
import { changedOidcApp } from '../../oidc/oidc-apps.ts';
import { appActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { appAddress } from '../widgets/addresses.ts';
import { factList } from '../widgets/data-table.ts';
import { buttonForm } from '../widgets/form-fields.ts';
import { tabs } from '../widgets/tabs.ts';
import { APP_LIST, appStatus } from './app-list.ts';
import { formOf, formOfApp, type OidcAppForm, oidcAppFields, readForm } from './oidc-app-form.ts';

export const OIDC_APP_PATH = `/admin/app/${OIDC_APP}/instance/:id`;

export function oidcAppOf({ directory }: Context, visit: Visit): App {
  const app = directory.apps.get(visit.param('id'));
  if (app?.name !== OIDC_APP) throw notFound('AppInstance', visit.param('id'));
  return app;
}

/** Name, status and tabs: the same on every page of an app. */
export function appHead(app: App, tab: '' | '/assignments'): Html {
  const path = appAddress(app);
  const items = [
    { label: 'General', path },
    { label: 'Assignments', path: `${path}/assignments` },
  ];
  return html`<p class="crumbs"><a href="${APP_LIST}">Applications</a></p>
<h1>${app.label}</h1><p>${appStatus(app)}</p>
${tabs('App', items, path + tab)}`;
}

/** An OIDC app: General. */
export function addOidcAppPages({ page, action }: ConsoleRouter, context: Context): void {
  const actions = appActionsOf(context);
  const path = (visit: Visit): string => appAddress({ id: visit.param('id'), name: OIDC_APP });

  page(OIDC_APP_PATH, (visit) => general(context, oidcAppOf(context, visit), visit));
  action(`${OIDC_APP_PATH}/edit`, path, (visit) => {
    const app = oidcAppOf(context, visit);
    const form = formOf(visit);
    const read = readForm(form, app);
    if (!read.ok) return general(context, app, visit, form, read.problems);
    actions.update(visit.request, visit.response, app, changedOidcApp(app, read.request));
    return done(path(visit), 'The settings were saved.');
  });
  action(`${OIDC_APP_PATH}/new-secret`, path, (visit) => {
    const app = oidcAppOf(context, visit);
    const settings = { ...settingsOf(app), clientSecret: randomBase62(64) };
    actions.update(visit.request, visit.response, app, { label: app.label, settings });
    return done(path(visit), 'There is a new client secret. The one before is no longer good.');
  });
  action(`${OIDC_APP_PATH}/status`, path, (visit) => {
    const status = visit.field('status') === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE';
    actions.setStatus(visit.request, visit.response, oidcAppOf(context, visit), status);
    return done(
      path(visit),
      status === 'ACTIVE' ? 'The app is active.' : 'The app is inactive: nobody can sign in to it.',
    );
  });
  page(`${OIDC_APP_PATH}/delete`, (visit) => deletePage(oidcAppOf(context, visit), visit));
  action(`${OIDC_APP_PATH}/delete`, path, (visit) => {
    const app = oidcAppOf(context, visit);
    actions.remove(visit.request, visit.response, app);
    return done(APP_LIST, `${app.label} was deleted.`);
  });
}

function general(
  { config }: Context,
  app: App,
  visit: Visit,
  form: OidcAppForm = formOfApp(app),
  problems: readonly string[] = [],
): ConsolePage {
  const path = appAddress(app);
  const settings = settingsOf(app);
  const isPublic = settings.tokenEndpointAuthMethod === 'none';
  const shown = visit.query('secret') === 'shown';
  const issuer = `${config.publicUrl}/oauth2/default`;
  const env = [
    `ISSUER=${issuer}`,
    `CLIENT_ID=${app.id}`,
    ...(isPublic || !shown ? [] : [`CLIENT_SECRET=${settings.clientSecret}`]),
  ];
  return {
    title: app.label,
    status: problems.length === 0 ? 200 : 400,
    body: html`${appHead(app, '')}
<section class="card" aria-labelledby="credentials"><h2 id="credentials">Client Credentials</h2>
${factList([
  ['Client ID', html`<code id="client-id">${app.id}</code> ${copyButton('#client-id', 'Copy the client ID')}`],
  ['Client authentication', isPublic ? 'None' : 'Client secret'],
  ...(isPublic ? [] : [['Client secret', secretOf(app, shown)] as const]),
  ['Issuer', html`<code id="issuer">${issuer}</code> ${copyButton('#issuer', 'Copy the issuer')}`],
])}
<h3 class="apart">For the app's <code>.env</code></h3>
<pre id="env-lines" tabindex="0" role="region" aria-label="Lines for .env">${env.join('\n')}</pre>
${isPublic || shown ? '' : html`<p class="note">CLIENT_SECRET is added when the secret is shown.</p>`}
<div class="actions">${copyButton('#env-lines', 'Copy the lines')}
${isPublic ? '' : buttonForm({ action: `${path}/new-secret`, csrf: visit.csrf, label: 'Generate new secret', id: 'new-secret' })}</div>
</section>
<section class="card" aria-labelledby="general"><h2 id="general">General Settings</h2>
<form method="post" action="${path}/edit">${visit.csrf}
${oidcAppFields(form, problems)}
<p class="buttons"><button id="save">Save</button></p></form></section>
<section class="card" aria-labelledby="lifecycle"><h2 id="lifecycle">Status</h2>
<div class="actions">${statusButton(app, path, visit)}
${app.status === 'ACTIVE' ? '' : html`<a class="button danger" id="delete" href="${path}/delete">Delete</a>`}</div>
${app.status === 'ACTIVE' ? html`<p class="note apart">An app is deleted once it is inactive.</p>` : ''}</section>`,
  };
}

function statusButton({ status }: App, path: string, { csrf }: Visit): Html {
  const active = status === 'ACTIVE';
  return buttonForm({
    action: `${path}/status`,
    csrf,
    label: active ? 'Deactivate' : 'Activate',
    id: active ? 'deactivate' : 'activate',
    kind: active ? 'danger' : 'primary',
    hidden: { status: active ? 'INACTIVE' : 'ACTIVE' },
  });
}

/** Not on the page before somebody asks for it: a page may be on a projector. */
function secretOf(app: App, shown: boolean): Html {
  const path = appAddress(app);
  return shown
    ? html`<code id="client-secret">${settingsOf(app).clientSecret}</code> ${copyButton('#client-secret', 'Copy the client secret')}
<a href="${path}">Hide</a>`
    : html`<span aria-hidden="true">••••••••</span> <a id="show-secret" href="${path}?secret=shown">Show the client secret</a>`;
}

function copyButton(selector: string, label: string): Html {
  return html`<button type="button" class="plain small" data-copy="${selector}" data-needs-script hidden>${label}</button>`;
}

function deletePage(app: App, { csrf }: Visit): ConsolePage {
  const path = appAddress(app);
  return {
    title: 'Delete app',
    body: html`<p class="crumbs"><a href="${APP_LIST}">Applications</a> / <a href="${path}">${app.label}</a></p>
<h1>Delete ${app.label}?</h1>
<form method="post" action="${path}/delete" class="card">${csrf}
<p>Its client ID and secret are good for nothing any more, and its assignments are gone.</p>
<p class="buttons"><button class="danger" id="confirm">Delete</button>
<a class="button plain" href="${path}">Cancel</a></p></form>`,
  };
}
