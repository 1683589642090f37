import { pino } from 'pino';
import { SettingsError } from './config.ts';
import { settingsOf } from './env.ts';
import { ListenError } from './http/http-server.ts';
import { createLocalOkta, type LocalOkta } from './local-okta.ts';
import { StoreError } from './store/store.ts';

/** Something is wrong with the settings: starting again will not help. */
const EXIT_CONFIGURATION = 2;

async function main(): Promise<void> {
  const { settings, logLevel } = settingsOf(process.env);
  const log = pino({ level: logLevel });
  let okta: LocalOkta | undefined;
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'stopping');
    // Before it is ready there is nothing to finish: the database survives an end at any moment.
    (okta?.close() ?? Promise.resolve()).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);

  okta = await createLocalOkta({ ...settings, log });
  tellSecrets(okta.admin);
  log.info(
    { urls: okta.urls, ldapBase: okta.ldapBase },
    'Local Okta is ready: a stand-in, not an identity provider for production',
  );
}

/** What was made up is told once, on the terminal and never in the log: it is kept nowhere in clear. */
function tellSecrets({ login, password, apiToken }: LocalOkta['admin']): void {
  const lines: string[] = [];
  if (password !== undefined && !process.env.LOCAL_OKTA_ADMIN_PASSWORD)
    lines.push(`  administrator  ${login}  ${password}`);
  if (apiToken !== undefined && !process.env.LOCAL_OKTA_API_TOKEN) lines.push(`  API token      ${apiToken}`);
  if (lines.length > 0) process.stderr.write(`Made up at this first start, and shown only now:\n${lines.join('\n')}\n`);
}

main().catch((error: unknown) => {
  if (error instanceof SettingsError) {
    const count = error.problems.length;
    const heading = count === 1 ? '1 problem in the environment:' : `${count} problems in the environment:`;
    const lines = error.problems.map(({ setting, problem }) => `  ${setting}: ${problem}`);
    process.stderr.write(`${[heading, ...lines].join('\n')}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
  if (error instanceof ListenError || error instanceof StoreError) {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
});
