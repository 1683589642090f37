import type { Context } from '../../context.ts';
import {
  FAULTS,
  type FaultName,
  type Faults,
  faultsInForce,
  faultsOf,
  faultsSchema,
  NO_FAULTS,
} from '../../faults/faults.ts';
import { type Html, html } from '../../http/page.ts';
import { userActor } from '../../system-log/log-event.ts';
import { type ConsolePage, type ConsoleRouter, done, type Visit } from '../console-router.ts';
import { buttonForm, checkField, problemList, textField } from '../widgets/form-fields.ts';

export const FAULTS_PATH = '/admin/local/faults';

const NAMES = Object.keys(FAULTS) as FaultName[];

/** Local > Faults. */
export function addFaultPages({ page, action }: ConsoleRouter, { services }: Context): void {
  page(FAULTS_PATH, (visit) => faultsPage(visit, faultsOf(services)));
  action(FAULTS_PATH, FAULTS_PATH, async (visit) => {
    const typed = typedFaults(visit);
    const read = faultsSchema.safeParse(typed);
    if (!read.success) {
      const problems = read.error.issues.map(({ path, message }) => {
        const name = NAMES.find((known) => known === path[0]);
        return `${name === undefined ? String(path[0]) : FAULTS[name].label}: ${message}`;
      });
      return faultsPage(visit, faultsOf(services), problems);
    }
    await services.faults?.set(read.data, userActor(visit.admin));
    const count = Object.keys(faultsInForce(read.data)).length;
    return done(FAULTS_PATH, count === 0 ? 'Nothing is made to go wrong.' : `In force: ${count} of these faults.`);
  });
  action(`${FAULTS_PATH}/end`, FAULTS_PATH, async ({ admin }) => {
    await services.faults?.set(NO_FAULTS, userActor(admin));
    return done(FAULTS_PATH, 'Nothing is made to go wrong.');
  });
}

/** The form in the shape of the faults; a number that is none is left to the schema to refuse. */
function typedFaults({ field }: Visit): Record<string, unknown> {
  return Object.fromEntries(
    NAMES.map((name) => {
      const text = field(name).trim();
      return [name, FAULTS[name].unit === undefined ? text !== '' : text === '' ? 0 : Number(text)];
    }),
  );
}

function faultsPage(visit: Visit, faults: Faults, problems: readonly string[] = []): ConsolePage {
  const inForce = Object.keys(faultsInForce(faults)).length;
  const refused = problems.length > 0;
  return {
    title: 'Faults',
    status: refused ? 400 : 200,
    body: html`<h1>Faults</h1>
<p>What goes wrong in a real org can be made to go wrong here, to see what an app, its log and its page make of it. Each does what the
real trouble does. A reset and a restart end them all.</p>
${problemList(problems)}
${
  inForce === 0
    ? ''
    : html`<div class="flash problem"><p><strong>In force: ${inForce}.</strong></p>
${buttonForm({ action: `${FAULTS_PATH}/end`, csrf: visit.csrf, label: 'End all faults', id: 'end-faults', kind: 'primary' })}</div>`
}
<form method="post" action="${FAULTS_PATH}" class="card">${visit.csrf}
${NAMES.map((name) => faultField(name, faults[name], refused ? visit.field(name) : undefined))}
<p class="buttons"><button id="save">Save</button></p></form>`,
  };
}

function faultField(name: FaultName, value: boolean | number, typed: string | undefined): Html {
  const { label, effect, unit } = FAULTS[name];
  if (unit === undefined) {
    return checkField({ name, label, hint: effect, checked: typed === undefined ? value === true : typed !== '' });
  }
  return textField({
    name,
    label: `${label}, in ${unit}`,
    hint: effect,
    value: typed ?? String(value),
    type: 'number',
  });
}
