import type { Action } from './action.ts';

/** A form of sentence that is done, word by word, when a page is walked. */
interface Form {
  readonly example: string;
  readonly pattern: RegExp;
  readonly read: (match: RegExpExecArray) => Action;
}

const bold = '\\*\\*([^*]+)\\*\\*';
const code = '`([^`]+)`';
const bolds = (text = ''): string[] => [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = '']) => name);

const form = (example: string, pattern: string, read: Form['read']): Form => ({
  example,
  pattern: new RegExp(`^${pattern}$`),
  read,
});

/** Every sentence that a numbered step may consist of. `npm run tutorial -- --help` prints the examples. */
export const forms: readonly Form[] = [
  form('Open <http://localhost:8080>.', 'Open <(\\S+)>( in a private window)?\\.', ([, url = '', privately]) => ({
    kind: 'open',
    url,
    privately: privately !== undefined,
  })),
  form('Open the link that the agent printed.', 'Open the link that the agent printed\\.', () => ({
    kind: 'open-printed-link',
  })),
  form(
    'Sign in as **user01** with **password1**.',
    `Sign in as ${bold} with ${bold}\\.`,
    ([, username = '', password = '']) => ({ kind: 'sign-in', username, password }),
  ),
  form('Click **Next**, then **Done**.', `Click (${bold}(?:, then ${bold})*)\\.`, ([, names]) => ({
    kind: 'click',
    names: bolds(names),
  })),
  form('Click **Edit** beside **LDAP User**.', `Click ${bold} beside ${bold}\\.`, ([, name = '', beside = '']) => ({
    kind: 'click',
    names: [name],
    beside,
  })),
  form('Choose **Directory** > **People**.', `Choose (${bold}(?: > ${bold})*)\\.`, ([, path]) => ({
    kind: 'choose',
    path: bolds(path),
  })),
  form(
    'Set **User Search Base** to `ou=users,dc=example,dc=org`.',
    `Set ${bold} to (?:${code}|${bold})\\.`,
    ([, label = '', typed, chosen = '']) => ({ kind: 'set', label, value: typed ?? chosen }),
  ),
  form('Check **Auto-activate**. Clear **Auto-activate**.', `(Check|Clear) ${bold}\\.`, ([, verb, label = '']) => ({
    kind: 'tick',
    label,
    on: verb === 'Check',
  })),
  form(
    'You see **Welcome home** and **My Profile**. You do not see **Logout**.',
    `You (do not )?see (.*?${bold}.*)\\.`,
    ([, not, texts]) => ({ kind: 'see', texts: bolds(texts), there: not === undefined }),
  ),
  form('Set `AUTH_MODE=oidc` in `.env`.', 'Set ((?:`\\w+=[^`]*`(?:, | and )?)+) in `\\.env`\\.', ([, list = '']) => ({
    kind: 'edit-env',
    values: Object.fromEntries(
      [...list.matchAll(/`(\w+)=([^`]*)`/g)].map(([, name = '', value = '']) => [name, value]),
    ),
  })),
  form(
    'Copy **Client ID** to `CLIENT_ID` in `.env`.',
    `Copy ${bold} to ${code} in \`\\.env\`\\.`,
    ([, label = '', variable = '']) => ({ kind: 'copy', label, variable }),
  ),
  form('Stop it with Ctrl-C.', 'Stop it with Ctrl-C\\.', () => ({ kind: 'stop' })),
];

/** How a sentence begins that would be passed over by mistake if it were taken for a remark. */
const verbs = /^(Open|Sign in|Click|Choose|Set|Check|Clear|You see|You do not see|Copy|Stop)\b/;

/** What a sentence has somebody do; undefined for a remark; `unknown` for what looks like a step and is none. */
export function readSentence(sentence: string): Action | undefined | 'unknown' {
  for (const { pattern, read } of forms) {
    const match = pattern.exec(sentence);
    if (match !== null) return read(match);
  }
  return verbs.test(sentence) || sentence.includes('**') ? 'unknown' : undefined;
}
