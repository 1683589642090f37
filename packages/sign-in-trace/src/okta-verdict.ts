import type { OktaTry } from './behind-okta.ts';
import type { Party, Verdict } from './explanation.ts';
import { wordsOf } from './ldap-hops.ts';

type Words = Pick<Verdict, 'title' | 'text' | 'advice'>;

/** Why Okta let nobody in, by its System Log: words for one failed try. */
export function explainTry({ event, delegated, hook }: OktaTry, between: readonly [Party, Party]): Verdict {
  const failed = (words: Words, where: readonly [Party, Party] = between): Verdict => ({
    tone: 'failed',
    between: where,
    ...words,
  });
  if (delegated !== undefined && !delegated.ok) {
    return failed(...explainDelegated(delegated.reason, delegated.data));
  }
  if (hook !== undefined && !hook.ok) {
    return failed(HOOK[hook.reason] ?? HOOK.FAILED ?? OTHER, ['okta', 'hook']);
  }
  if (event.reason === 'INVALID_CREDENTIALS' && event.actorId === 'unknown') {
    return failed({
      title: 'Okta has no such user',
      text: `Nobody has the user name ${event.login}. The password was not looked at.`,
      advice: [
        'Is the person imported from the directory, and active? In Okta the user name is an e-mail address as a rule.',
      ],
    });
  }
  return failed(OKTA[event.reason] ?? { ...OTHER, text: `Okta's System Log says: ${wordsOf(event.reason)}.` });
}

/** Between Okta and the agent, or the agent and the directory. */
function explainDelegated(
  reason: string,
  { error, directoryUrl }: Readonly<Record<string, string>>,
): [Words, readonly [Party, Party]] {
  const atDirectory = ['agent', 'directory'] as const;
  if (reason === 'AGENT_UNAVAILABLE') {
    return [NO_AGENT, ['okta', 'agent']];
  }
  if (reason === 'TIMEOUT') {
    return [SLOW, directoryUrl === undefined ? ['okta', 'agent'] : atDirectory];
  }
  if (reason === 'DIRECTORY_ERROR') {
    return [
      AGENT_ERRORS[error ?? ''] ?? {
        ...AGENT_ERROR,
        text: `${AGENT_ERROR.text} It says: ${wordsOf(error ?? reason)}.`,
      },
      atDirectory,
    ];
  }
  if (reason === 'NOT_ACTIVE') {
    return [OKTA.NOT_ACTIVE ?? OTHER, ['okta', 'agent']];
  }
  return [DIRECTORY[reason] ?? { ...OTHER, text: `The directory's answer: ${wordsOf(reason)}.` }, atDirectory];
}

const JUDGED = 'It says nothing about the password, which nobody has judged.';
const OTHER: Words = {
  title: 'Okta let nobody in',
  text: '',
  advice: ['Reports > System Log in the Admin Console has the event.'],
};

const NO_AGENT: Words = {
  title: 'No LDAP agent is connected to Okta',
  text: `Okta does not know this password and asks the LDAP agent, and none is there. ${JUDGED}`,
  advice: [
    'Start the agent, or look into its log. Dashboard and Directory Integrations show its status.',
    'Two agents are the advice, so that one may fail.',
  ],
};
const SLOW: Words = {
  title: 'The directory behind the LDAP agent did not answer in time',
  text: JUDGED,
  advice: ['Look at the directory, and at the log of the agent.'],
};
const AGENT_ERROR: Words = {
  title: 'The LDAP agent cannot ask the directory',
  text: `The agent is connected to Okta, and its way to the directory is broken. ${JUDGED}`,
  advice: ["Look at the agent's LDAP_* settings and its log."],
};

const AGENT_ERRORS: Readonly<Record<string, Words>> = {
  'connection-refused': {
    ...AGENT_ERROR,
    title: 'The LDAP agent cannot reach the directory',
    advice: ['Is the directory running, and are host and port of the agent right?'],
  },
  'connection-lost': {
    ...AGENT_ERROR,
    title: 'The LDAP agent cannot reach the directory',
    advice: ['Is the directory running?'],
  },
  'host-unknown': {
    ...AGENT_ERROR,
    title: 'The LDAP agent cannot find the host of the directory',
    advice: ["Look at the agent's LDAP_HOST."],
  },
  'service-bind-failed': {
    ...AGENT_ERROR,
    title: "The directory refuses the LDAP agent's own account",
    advice: ["Look at the agent's LDAP_ADMIN_USERNAME and LDAP_ADMIN_PASSWORD."],
  },
  ...Object.fromEntries(
    ['certificate-untrusted', 'certificate-name', 'certificate-expired'].map((code) => [
      code,
      {
        ...AGENT_ERROR,
        title: `The LDAP agent does not accept the directory's certificate: ${wordsOf(code)}`,
        advice: ["Look at the agent's LDAP_CA_FILE and LDAP_HOST."],
      },
    ]),
  ),
};

const WRONG: Words = {
  title: 'The password is wrong',
  text: 'The user is known. Okta asked the agent, the agent asked the directory, and that refused a bind as that person with the password that was typed.',
  advice: [],
};

/** What the directory said through the agent. */
const DIRECTORY: Readonly<Record<string, Words>> = {
  INVALID: WRONG,
  INVALID_CREDENTIALS: WRONG,
  LOCKED: {
    title: 'The account is locked',
    text: 'There were too many wrong passwords. The one that was typed may be right.',
    advice: ['Unlock the account in the directory, or wait.'],
  },
  PASSWORD_EXPIRED: {
    title: 'The password has expired',
    text: 'The directory no longer lets anybody in with it.',
    advice: ['Set a new one in the directory.'],
  },
  MUST_CHANGE: {
    title: 'The password must be changed first',
    text: 'The directory accepts it for nothing but setting another one.',
    advice: ['Set a new one in the directory.'],
  },
};

const WRONG_AT_OKTA: Words = {
  title: 'The password is wrong',
  text: "Okta judged it by itself: it is not this user's. Neither agent nor directory was asked.",
  advice: [],
};

/** What Okta said without asking anybody: `INVALID` at Local Okta's LDAP Interface. */
const OKTA: Readonly<Record<string, Words>> = {
  INVALID: WRONG_AT_OKTA,
  INVALID_CREDENTIALS: WRONG_AT_OKTA,
  LOCKED: {
    title: 'The account is locked in Okta',
    text: 'There were too many wrong passwords. The one that was typed may be right.',
    advice: ['Directory > People, the person, Unlock.'],
  },
  PASSWORD_EXPIRED: {
    title: 'The password has expired',
    text: 'Okta lets nobody in with it any more.',
    advice: ['Set a new one.'],
  },
  NOT_ACTIVE: {
    title: 'The user is not active in Okta',
    text: 'The password is right, and the status of the user allows no sign-in.',
    advice: ['Directory > People, the person: activate or unsuspend them.'],
  },
  BUSY: { title: 'Okta is busy', text: JUDGED, advice: ['Try again in a moment.'] },
};

const HOOK: Readonly<Record<string, Words>> = {
  UNVERIFIED: {
    title: 'The password is wrong',
    text: 'Okta asked the password import hook, and that says it is not the one of this user.',
    advice: [],
  },
  FAILED: {
    title: 'The password import hook does not answer',
    text: JUDGED,
    advice: ['Look at the service behind the hook, and at Workflow > Inline Hooks.'],
  },
  NO_HOOK: {
    title: 'There is no active password import hook',
    text: `Okta has no password of this user and nobody to ask. ${JUDGED}`,
    advice: ['Workflow > Inline Hooks: activate it.'],
  },
};
