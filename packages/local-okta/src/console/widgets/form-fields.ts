import { type Html, type HtmlValue, html } from '../../http/page.ts';

interface Field {
  readonly name: string;
  readonly label: string;
  /** Under the field; read out with it. */
  readonly hint?: HtmlValue;
  /** What is wrong with what was typed. */
  readonly problem?: string | undefined;
}

export interface TextField extends Field {
  readonly value?: string | undefined;
  readonly type?: 'text' | 'password' | 'number' | 'search';
  readonly required?: boolean;
  readonly autocomplete?: string;
}

export function textField(field: TextField): Html {
  const { name, label, value = '', type = 'text', required = false, autocomplete = 'off' } = field;
  return html`<div class="field"><label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" value="${value}" autocomplete="${autocomplete}" ${required ? 'required' : ''}
 ${attributes(field)}>${notes(field)}</div>
`;
}

/** Several lines: for lists of addresses, one in each. */
export function textArea(field: Field & { readonly value: string; readonly rows?: number }): Html {
  const { name, label, value, rows = 3 } = field;
  return html`<div class="field"><label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="${rows}" spellcheck="false" ${attributes(field)}>${value}</textarea>${notes(field)}</div>
`;
}

export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly hint?: HtmlValue;
}

export function selectField(field: Field & { readonly value: string; readonly choices: readonly Choice[] }): Html {
  const { name, label, value, choices } = field;
  return html`<div class="field"><label for="${name}">${label}</label>
<select id="${name}" name="${name}" ${attributes(field)}>${choices.map(
    (choice) =>
      html`<option value="${choice.value}" ${choice.value === value ? 'selected' : ''}>${choice.label}</option>`,
  )}</select>${notes(field)}</div>
`;
}

export function checkField(field: Field & { readonly checked: boolean; readonly value?: string }): Html {
  const { name, label, checked, value = 'on' } = field;
  return html`<div class="field check"><input type="checkbox" id="${name}" name="${name}" value="${value}"
 ${checked ? 'checked' : ''} ${attributes(field)}> <label for="${name}">${label}</label>${notes(field)}</div>
`;
}

export function radioFields(field: Field & { readonly value: string; readonly choices: readonly Choice[] }): Html {
  const { name, label, value, choices } = field;
  return html`<fieldset class="field"><legend>${label}</legend>${choices.map((choice) => {
    const id = `${name}-${choice.value}`;
    return html`<div class="check"><input type="radio" id="${id}" name="${name}" value="${choice.value}"
 ${choice.value === value ? 'checked' : ''} ${choice.hint === undefined ? '' : html`aria-describedby="${id}-hint"`}>
<label for="${id}">${choice.label}</label>
${choice.hint === undefined ? '' : html`<p class="hint" id="${id}-hint">${choice.hint}</p>`}</div>
`;
  })}${notes(field)}</fieldset>
`;
}

function attributes({ name, hint, problem }: Field): Html {
  const ids = [hint === undefined ? [] : `${name}-hint`, problem === undefined ? [] : `${name}-problem`].flat();
  return html`${ids.length === 0 ? '' : html`aria-describedby="${ids.join(' ')}"`}
 ${problem === undefined ? '' : html`aria-invalid="true"`}`;
}

function notes({ name, hint, problem }: Field): Html {
  return html`${problem === undefined ? '' : html`<p class="field-problem" id="${name}-problem">${problem}</p>`}
${hint === undefined ? '' : html`<p class="hint" id="${name}-hint">${hint}</p>`}`;
}

/** What is wrong with a form, above it. */
export function problemList(problems: readonly string[]): Html {
  if (problems.length === 0) return html``;
  return html`<div class="flash problem" role="alert" id="problems"><p><strong>Not saved.</strong> Please correct this:</p>
<ul>${problems.map((problem) => html`<li>${problem}</li>`)}</ul></div>`;
}

/** A button that is a form of its own, for what changes something at once. */
export function buttonForm(options: {
  readonly action: string;
  readonly csrf: Html;
  readonly label: string;
  readonly id?: string;
  readonly kind?: 'primary' | 'plain' | 'danger';
  readonly hidden?: Readonly<Record<string, string>>;
  /** Read out in place of the label where several buttons have the same one. */
  readonly describes?: string;
}): Html {
  const { action, csrf, label, id, kind = 'plain', hidden = {}, describes } = options;
  return html`<form method="post" action="${action}" class="inline">${csrf}${Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}<button class="${kind}" ${id === undefined ? '' : html`id="${id}"`}>${label}${
    describes === undefined ? '' : html`<span class="unseen"> ${describes}</span>`
  }</button></form>`;
}
