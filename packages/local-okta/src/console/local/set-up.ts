import { readFileSync } from 'node:fs';
import type { Context } from '../../context.ts';
import { html } from '../../http/page.ts';
import { userActor } from '../../system-log/log-event.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { setupText } from '../dashboard/next-steps.ts';
import { factList } from '../widgets/data-table.ts';
import { buttonForm } from '../widgets/form-fields.ts';

export const SET_UP = '/admin/local/set-up';
const RESET = '/admin/local/reset';

const manifest = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }; // ours: npm wants it there

/** Local > Set-up: how far this org is, its keys, its versions, and the way back to the beginning. */
export function addSetUpPages({ page, action }: ConsoleRouter, context: Context): void {
  const { services, systemLog } = context;

  page(SET_UP, (visit) => setUpPage(context, visit));
  action(`${SET_UP}/rotate-keys`, SET_UP, async ({ admin }) => {
    const kid = (await services.signingKeys?.rotate()) ?? '';
    systemLog.append({
      eventType: 'app.oauth2.key.rollover',
      displayMessage: 'New key generated for authorization servers',
      actor: userActor(admin),
      debugData: { kid },
    });
    return done(SET_UP, `Tokens are signed with the key ${kid} from now on.`);
  });
  page(RESET, (visit) => resetPage(visit));
  action(RESET, SET_UP, async () => {
    await services.reset?.();
    return done('/admin/dashboard', 'This org is as after its first start.');
  });
}

function setUpPage(context: Context, { csrf }: Visit): ConsolePage {
  const { config, services } = context;
  const [signing = '', ...retired] = services.signingKeys?.ids() ?? [];
  return {
    title: 'Set-up',
    body: html`<h1>Set-up</h1>
<section class="card" aria-labelledby="state"><h2 id="state">How far this org is</h2>
${factList([
  ['Set up', SETUP_TEXTS[config.setup]],
  ['State', setupText(context)],
  ['Org', config.org],
  ['Public URL', html`<code>${config.publicUrl}</code>`],
  ['LDAP base', html`<code>${config.ldapBase}</code>`],
  ['Data', config.dataDir === undefined ? 'In memory: gone after a restart' : html`<code>${config.dataDir}</code>`],
])}</section>
<section class="card" aria-labelledby="keys"><h2 id="keys">Signing keys</h2>
<p>Tokens are signed with the first one. The others are retired and stay published, so that tokens signed with them are still
good.</p>
${factList([['Signs', html`<code id="signing-key">${signing}</code>`], ...retired.map((kid) => ['Retired', html`<code>${kid}</code>`] as const)])}
<div class="actions">${buttonForm({ action: `${SET_UP}/rotate-keys`, csrf, label: 'Rotate the signing key', id: 'rotate-keys' })}</div></section>
<section class="card" aria-labelledby="versions"><h2 id="versions">Versions</h2>
${factList([
  ['Local Okta', version],
  ['Node.js', process.versions.node],
])}</section>
<section class="card" aria-labelledby="reset"><h2 id="reset">Back to the beginning</h2>
<p>A reset forgets people, groups, apps, agents and the System Log, and makes the org as it was after its first start.</p>
<p class="buttons"><a class="button danger" id="reset-org" href="${RESET}">Reset this org</a></p></section>`,
  };
}

const SETUP_TEXTS: Readonly<Record<Context['config']['setup'], string>> = {
  auto: 'By itself: agent, import, LDAP Interface and app need nobody',
  manual: 'By hand: an administrator does every step',
  'step-3': 'By itself up to step 2; the rest by hand',
  'step-4': 'By itself up to step 3; the rest by hand',
  'step-5': 'By itself up to step 4; the rest by hand',
};

function resetPage({ csrf }: Visit): ConsolePage {
  return {
    title: 'Reset this org',
    body: html`<p class="crumbs"><a href="${SET_UP}">Set-up</a></p>
<h1>Reset this org?</h1>
<form method="post" action="${RESET}" class="card">${csrf}
<p>Everything that was done in this org is lost: people, groups, apps with their client secrets, the agents' registrations, settings,
links and the System Log. Agents have to be let in again, except where the set-up goes by itself. You sign in again afterwards.</p>
<p class="buttons"><button class="danger" id="confirm">Reset this org</button>
<a class="button plain" href="${SET_UP}">Cancel</a></p></form>`,
  };
}
