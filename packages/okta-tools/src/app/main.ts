import { ToolError } from '../tool-error.ts';
import { APP_USAGE, parseAppOptions } from './app-options.ts';
import { registerApp } from './register-app.ts';

async function main(): Promise<void> {
  const options = parseAppOptions(process.argv.slice(2));
  if (options === 'help') return console.log(APP_USAGE);
  await registerApp({ ...options, env: process.env, say: (line) => console.log(line) });
}

main().catch((error: unknown) => {
  // what is known is one line; what is not must show where it comes from
  console.error(error instanceof ToolError ? `okta:app: ${error.message}` : error);
  process.exitCode = error instanceof ToolError && (error.code === 'usage' || error.code === 'configuration') ? 2 : 1;
});
