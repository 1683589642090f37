import { describe, expect, it } from '@jest/globals';
import { readPage } from '../src/page/read-page.ts';
import { forms, readSentence } from '../src/page/sentence.ts';

const actions = (markdown: string) => readPage(markdown).map(({ action }) => action);

describe('a sentence', () => {
  it.each(forms.map(({ example }) => [example]))('is understood: %s', (example) => {
    for (const sentence of example.split(/(?<=\.) (?=[A-Z])/)) {
      expect(readSentence(sentence)).toMatchObject({ kind: expect.any(String) });
    }
  });

  it.each([
    ['Open <http://localhost:8080/>.', { kind: 'open', url: 'http://localhost:8080/', privately: false }],
    ['Click **Next**, then **Done**.', { kind: 'click', names: ['Next', 'Done'] }],
    ['Click **Edit** beside **LDAP User**.', { kind: 'click', names: ['Edit'], beside: 'LDAP User' }],
    ['Choose **Directory** > **People**.', { kind: 'choose', path: ['Directory', 'People'] }],
    ['Set **Role** to **groups-user-reader**.', { kind: 'set', label: 'Role', value: 'groups-user-reader' }],
    ['You do not see **a** or **b**.', { kind: 'see', texts: ['a', 'b'], there: false }],
    ['You see **Welcome home, user01!**.', { kind: 'see', texts: ['Welcome home, user01!'], there: true }],
    ['Set `A=1`, `B=x y` and `C=` in `.env`.', { kind: 'edit-env', values: { A: '1', B: 'x y', C: '' } }],
  ])('says what to do: %s', (sentence, action) => expect(readSentence(sentence)).toEqual(action));

  it.each([
    ['Click the button.'],
    ['Set the password.'],
    ['Then you see **Done**.'],
    ['Open the page.'],
    ['You see it.'],
  ])('is no remark when it looks like a step: %s', (sentence) => expect(readSentence(sentence)).toBe('unknown'));

  it('is a remark otherwise', () => expect(readSentence('It may take a minute.')).toBeUndefined());
});

describe('a page', () => {
  it('is read in its order, with commands, what they print, numbered steps and pictures', () => {
    const page = [
      'Open a terminal, and click **nothing**.', // no numbered step
      '',
      '```console node',
      '$ npm start',
      '…',
      'ready',
      '$ npm run doctor',
      '```',
      '',
      '1. With Docker: wait. Click **Sign in**. This',
      '   may take a while.',
      '',
      '   ![The page](images/a.png)',
      '',
      '> 1. Click **Sign up**: on a real org.',
      '',
      '- Click **Cancel**.',
    ].join('\n');
    expect(readPage(page).map(({ line, way, action }) => [line, way, action])).toEqual([
      [4, 'node', { kind: 'run', command: 'npm start', output: ['…', 'ready'], fails: false }],
      [7, 'node', { kind: 'run', command: 'npm run doctor', output: [], fails: false }],
      [10, undefined, { kind: 'click', names: ['Sign in'] }],
      [13, undefined, { kind: 'picture', file: 'images/a.png', variable: false }],
    ]);
  });

  it('keeps full stops within names and code together', () => {
    expect(actions('1. Set **No. 1** to `a. b`. You see **Done. Bye.**.')).toEqual([
      { kind: 'set', label: 'No. 1', value: 'a. b' },
      { kind: 'see', texts: ['Done. Bye.'], there: true },
    ]);
  });

  it('has steps for one way alone', () => {
    const [first, second] = readPage('1. With Node: click **A**. With Docker: click **B**.');
    expect([first?.way, second?.way, second?.action]).toEqual(['node', 'docker', { kind: 'click', names: ['B'] }]);
  });

  it.each([
    ['1. Click Sign in.', 1, 'no form of step'],
    ['text\n\n1. Press **Sign in**.', 3, 'no form of step'],
    ['1. Be patient.', 1, 'nothing in this numbered step'],
    ['```console\nnpm start\n```', 1, 'begins with "$ "'],
    ['```console podman\n$ npm start\n```', 1, 'not podman'],
  ])('cannot be walked when a step is unclear: %j', (page, line, message) => {
    expect(() => readPage(page)).toThrow(expect.objectContaining({ line, message: expect.stringContaining(message) }));
  });
});
