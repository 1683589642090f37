import type { Context } from '../../context.ts';
import type { ResourceKind, ResourceSet } from '../../directory/admin-roles.ts';
import { notFound } from '../../directory/directory-error.ts';
import { html } from '../../http/page.ts';
import { iamActionsOf } from '../console-actions.ts';
import { type ConsolePage, type ConsoleRouter, done, orAgain, type Visit } from '../console-router.ts';
import { dataTable } from '../widgets/data-table.ts';
import { problemList, textField } from '../widgets/form-fields.ts';
import { administratorsHead, deletionPage, RESOURCE_SETS } from './administrators-head.ts';

const KINDS: Readonly<Record<ResourceKind, string>> = { users: 'All users', groups: 'All groups' };
const KIND_NAMES = Object.keys(KINDS) as ResourceKind[];

type SetForm = Pick<ResourceSet, 'label' | 'description' | 'resources'>;

/** Security > Administrators > Resources. */
export function addResourceSetPages({ page, action }: ConsoleRouter, context: Context): void {
  const { adminRoles } = context.directory;
  const actions = iamActionsOf(context);
  const create = `${RESOURCE_SETS}/create`;
  const address = (visit: Visit): string => `${RESOURCE_SETS}/${encodeURIComponent(visit.param('id'))}`;

  function setOf(visit: Visit): ResourceSet {
    const set = adminRoles.resourceSets().find(({ id }) => id === visit.param('id'));
    if (set === undefined) throw notFound('ResourceSet', visit.param('id'));
    return set;
  }

  /** Saves what was typed, or shows it again with what is wrong with it. */
  function save(visit: Visit, path: string, store: (form: SetForm) => void) {
    const form = formOf(visit);
    const problems = problemsOf(form);
    if (problems.length > 0) return setPage(visit, path, form, problems);
    return orAgain(
      () => {
        store(form);
        return done(RESOURCE_SETS, `The resource set ${form.label} was saved.`);
      },
      (problem) => setPage(visit, path, form, [problem]),
    );
  }

  page(RESOURCE_SETS, () => ({
    title: 'Resources',
    body: html`${administratorsHead(RESOURCE_SETS, { label: 'Create new resource set', path: create })}
${dataTable({
  caption: 'Resource sets',
  columns: ['Resource set', 'Description', 'Resources'],
  rows: adminRoles
    .resourceSets()
    .map((set) => [
      html`<a href="${RESOURCE_SETS}/${set.id}">${set.label}</a>`,
      set.description,
      set.resources.map((kind) => KINDS[kind]).join(', '),
    ]),
  empty: 'No resource set yet.',
})}`,
  }));
  page(create, (visit) => setPage(visit, create, { label: '', description: '', resources: [] }));
  action(create, create, (visit) =>
    save(visit, create, (form) => actions.createSet(visit.request, visit.response, form)),
  );
  page(`${RESOURCE_SETS}/:id`, (visit) => setPage(visit, address(visit), setOf(visit)));
  action(`${RESOURCE_SETS}/:id`, address, (visit) => {
    const set = setOf(visit);
    return save(visit, address(visit), (form) => actions.changeSet(visit.request, visit.response, set, form));
  });
  page(`${RESOURCE_SETS}/:id/delete`, (visit) =>
    deletionPage({
      what: `the resource set ${setOf(visit).label}`,
      path: `${address(visit)}/delete`,
      back: RESOURCE_SETS,
      csrf: visit.csrf,
      consequence: 'Whoever has a role for this resource set loses the role.',
    }),
  );
  action(`${RESOURCE_SETS}/:id/delete`, RESOURCE_SETS, (visit) => {
    const set = setOf(visit);
    actions.removeSet(visit.request, visit.response, set);
    return done(RESOURCE_SETS, `The resource set ${set.label} was deleted.`);
  });
}

/** As in Okta, a set without a description is described by its name. */
function formOf({ field, fields }: Visit): SetForm {
  const chosen = fields('resources');
  const label = field('label').trim();
  return {
    label,
    description: field('description').trim() || label,
    resources: KIND_NAMES.filter((kind) => chosen.includes(kind)),
  };
}

function problemsOf({ label, resources }: SetForm): string[] {
  return [
    label === '' ? 'Resource set name: must not be empty' : [],
    label.length > 100 ? 'Resource set name: must have at most 100 characters' : [],
    resources.length === 0 ? 'Resource type: choose at least one' : [],
  ].flat();
}

function setPage(visit: Visit, path: string, form: SetForm, problems: readonly string[] = []): ConsolePage {
  const made = visit.param('id') !== '';
  const title = made ? 'Edit resource set' : 'Create new resource set';
  return {
    title,
    status: problems.length === 0 ? 200 : 400,
    body: html`<p class="crumbs"><a href="${RESOURCE_SETS}">Resources</a></p>
<h1>${title}</h1>
${problemList(problems)}
<form method="post" action="${path}" class="card">${visit.csrf}
${textField({ name: 'label', label: 'Resource set name', value: form.label, required: true })}
${textField({ name: 'description', label: 'Resource set description', value: form.description, hint: 'Left empty, it is the name' })}
<fieldset class="group"><legend>Resource type</legend>
${KIND_NAMES.map(
  (kind) => html`<div class="field check"><input type="checkbox" id="${kind}" name="resources" value="${kind}"
 ${form.resources.includes(kind) ? 'checked' : ''}> <label for="${kind}">${KINDS[kind]}</label></div>`,
)}</fieldset>
<p class="buttons"><button id="save">Save resource set</button>
<a class="button plain" href="${RESOURCE_SETS}">Cancel</a>
${made ? html`<a class="button danger" id="delete" href="${path}/delete">Delete</a>` : ''}</p>
</form>`,
  };
}
