import { createWriteStream } from 'node:fs';
import { createLdapAgent, formatProblems, type LdapAgentStatus, readAgentConfig } from '@ldap-to-okta/ldap-agent';
import { StackError } from './stack-error.ts';

export interface AgentOptions {
  /** The LDAP_* variables say which directory; what is not said is the tutorial's. */
  readonly env: NodeJS.ProcessEnv;
  readonly oktaUrl: string;
  readonly stateDir: string;
  readonly logFile: string;
  /** Gets the link by which a person lets the agent in. */
  readonly announce: (line: string) => void;
}

export interface Agent {
  state(): LdapAgentStatus['state'];
  /** Settles when the agent has ended without having been asked to. */
  readonly ended: Promise<StackError>;
  stop(): Promise<void>;
}

/**
 * Starts the local LDAP agent within this process: it listens nowhere, and a link that it prints belongs on the terminal.
 * @throws {StackError} `bad-setting`, with everything that is wrong in its one line
 */
export function startAgent({ env, oktaUrl, stateDir, logFile, announce }: AgentOptions): Agent {
  const tutorial = {
    LDAP_ROOT: 'dc=example,dc=org',
    LDAP_ADMIN_USERNAME: 'admin',
    LDAP_ADMIN_PASSWORD: 'adminpassword',
    AGENT_NAME: 'ldap-agent',
  };
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const read = readAgentConfig({ ...tutorial, ...given, OKTA_URL: oktaUrl, AGENT_STATE_DIR: stateDir });
  if (!read.ok) {
    const problems = formatProblems(read.problems).replace(/\s*\n\s*/g, ' ');
    throw new StackError('bad-setting', `The LDAP agent: ${problems}`);
  }
  const stream = createWriteStream(logFile);
  const line =
    (level: string) =>
    (msg: string, details: object = {}): void => {
      stream.write(`${JSON.stringify({ level, time: new Date().toISOString(), ...details, msg })}\n`);
    };
  const agent = createLdapAgent({
    ...read.config,
    // the data of Local Okta may have been deleted beside it
    registerAgain: true,
    log: { info: line('info'), warn: line('warn'), error: line('error') },
    announce: ({ url, expiresAt }) =>
      announce(
        `  The LDAP agent asks to be let in. Open ${url} before ${expiresAt.toUTCString()}\n  and sign in as the administrator of Local Okta.\n`,
      ),
  });
  let stopping = false;
  const ended = new Promise<StackError>((resolve) => {
    agent.ended.then(
      () => {
        if (!stopping) resolve(new StackError('ended', 'The LDAP agent ended.'));
      },
      (error: unknown) => {
        const { message } = error instanceof Error ? error : { message: String(error) };
        resolve(new StackError('ended', `The LDAP agent ended: ${message}`, { cause: error }));
      },
    );
  });
  return {
    state: () => agent.status().state,
    ended,
    async stop() {
      stopping = true;
      await agent.close();
      await new Promise<void>((resolve) => stream.end(() => resolve()));
    },
  };
}
