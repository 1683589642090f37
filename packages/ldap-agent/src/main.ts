import { pino } from 'pino';
import type { AgentLog } from './agent-log.ts';
import { formatProblems } from './config-problem.ts';
import { createLdapAgent } from './create-ldap-agent.ts';
import { readAgentConfig } from './env.ts';
import { exitCodeOf, RegistrationError } from './registration-error.ts';
import { USAGE } from './usage.ts';

if (process.argv.includes('--help')) {
  console.log(USAGE);
  process.exit();
}

const read = readAgentConfig(process.env);
if (!read.ok) {
  console.error(formatProblems(read.problems));
  process.exit(read.exitCode);
}
const { config } = read;
const logger = pino({ level: config.logLevel, name: 'ldap-agent' });
const log: AgentLog = {
  info: (message, details) => logger.info(details, message),
  warn: (message, details) => logger.warn(details, message),
  error: (message, details) => logger.error(details, message),
};

const agent = createLdapAgent({
  ...config,
  log,
  announce({ url, expiresAt }) {
    console.log(
      `\nPlease visit the URL: ${url} before ${expiresAt.toUTCString()} to sign in as an administrator and let this agent in.\n`,
    );
  },
});

let closing = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // A second one does not wait for requests in flight.
    if (closing) process.exit(1);
    closing = true;
    log.info('stopping: requests in flight are finished first');
    void agent.close();
  });
}

try {
  await agent.ended;
} catch (error) {
  if (!(error instanceof RegistrationError)) throw error;
  console.error(error.message);
  process.exitCode = exitCodeOf(error.code);
}
