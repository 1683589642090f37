import { assertWritable, readEnvFile, setInEnvFile } from '../env-file.ts';
import { createOktaApi, type OktaApiOptions } from '../okta-api.ts';
import { readOktaOrg, type Values } from '../okta-org.ts';
import { assignGroup, groupOf, isAssigned } from './app-assignment.ts';
import { type AppOptions, addressesOf } from './app-options.ts';
import { fetchSecret, knownSecret } from './client-secret.ts';
import { checkIssuer, chooseIssuer } from './issuer.ts';
import { addMissing, clientIdOf, createApp, findApp, missingIn, type OidcApp } from './oidc-app.ts';

export interface RegisterAppOptions extends AppOptions {
  /** The process's environment, which goes before the file. */
  readonly env: Values;
  /** Gets what was done, line by line; never a secret. */
  readonly say: (line: string) => void;
  readonly api?: Pick<OktaApiOptions, 'timeoutMs' | 'sleep'>;
}

/**
 * Makes the OIDC web app at the org or finds it, adds what it lacks, assigns it, and writes its three variables to the
 * file. Everything that can be checked is checked before anything is changed; twice is as good as once.
 * @throws ToolError
 */
export async function registerApp(options: RegisterAppOptions): Promise<void> {
  const { env, say, envFile, dryRun } = options;
  const inFile = await readEnvFile(envFile);
  const values = { ...inFile, ...withoutEmpty(env) };
  const org = readOktaOrg(values);
  const addresses = addressesOf(options, values);
  const api = createOktaApi({
    ...options.api,
    ...org,
    onWait: (seconds) => say(`  the org's rate limit is used up: waiting ${seconds} s`),
  });
  const issuer = chooseIssuer(org.url, options.issuer, inFile.ISSUER);
  await checkIssuer(issuer, org.url);
  const present = await findApp(api, options.label, inFile.CLIENT_ID);
  const group = await groupOf(api, options.assign);
  if (!dryRun) await assertWritable(envFile);

  const done = (what: string): void => say(dryRun ? `  would have ${what}` : `  ${what}`);
  say(`${org.url}: app '${options.label}'`);
  let app = present;
  if (present === undefined) {
    if (!dryRun) app = await createApp(api, { ...options, ...addresses });
    done(
      `made the app, with redirect URI ${addresses.redirectUri} and post-logout URI ${addresses.postLogoutRedirectUri}`,
    );
  } else {
    say(`  found, client id ${clientIdOf(present)}`);
    app = await complete(present);
  }
  if (group !== undefined) {
    const assigned = app !== undefined && (await isAssigned(api, app.id, group));
    if (!assigned && !dryRun && app !== undefined) await assignGroup(api, app.id, group);
    if (assigned) say(`  assigned to ${group.profile.name}`);
    else done(`assigned it to ${group.profile.name}`);
  }
  if (app === undefined || dryRun) {
    done(`written ISSUER=${issuer}, CLIENT_ID and CLIENT_SECRET to ${envFile} where they differ`);
    return;
  }
  await write(app);

  async function complete(found: OidcApp): Promise<OidcApp> {
    const missing = missingIn(found, addresses);
    const lines = Object.entries(missing).flatMap(([list, values]) => values.map((value) => `${value} to ${list}`));
    if (lines.length === 0) return found;
    const completed = dryRun ? found : await addMissing(api, found, missing);
    for (const line of lines) done(`added ${line}`);
    return completed;
  }

  async function write(registered: OidcApp): Promise<void> {
    const known = knownSecret(registered, { clientId: inFile.CLIENT_ID, clientSecret: inFile.CLIENT_SECRET });
    const fetched = known === undefined ? await fetchSecret(api, registered) : undefined;
    if (fetched?.made) say('  made a client secret, beside the one that the org does not show');
    const values = {
      ISSUER: issuer,
      CLIENT_ID: clientIdOf(registered),
      CLIENT_SECRET: known ?? fetched?.secret ?? '',
    };
    const { changed, repeated } = await setInEnvFile(envFile, values);
    say(changed.length === 0 ? `${envFile}: up to date` : `${envFile}: wrote ${changed.join(', ')}`);
    if (repeated.length > 0) say(`  ${repeated.join(', ')}: stands there more than once; the last line counts`);
    const shadowed = Object.entries(values).flatMap(([name, value]) =>
      env[name] && env[name] !== value ? [name] : [],
    );
    if (shadowed.length > 0) {
      say(`  ${shadowed.join(', ')}: set otherwise in the environment, which goes before the file; unset it there`);
    }
  }
}

/** Compose hands on `${NAME:-}` as an empty string: the same as not set. */
const withoutEmpty = (env: Values): Values => Object.fromEntries(Object.entries(env).filter(([, value]) => value));
