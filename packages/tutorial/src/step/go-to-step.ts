import { join } from 'node:path';
import { readEnvFile, setInEnvFile } from '@ldap-to-okta/okta-tools';
import { stateOfContainers, stateOfNode } from './kept-state.ts';
import { StepError } from './step-error.ts';
import type { StepOptions } from './step-options.ts';
import { steps } from './steps.ts';

export interface GoToStepOptions extends StepOptions {
  /** Where package.json is, and .env. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
  /** Undefined where nobody can be asked. */
  readonly ask?: ((question: string) => Promise<boolean>) | undefined;
}

/** Goes to the start of a step. @throws StepError */
export async function goToStep({ step, way, yes, root, env, say, ask }: GoToStepOptions): Promise<void> {
  const file = join(root, '.env');
  const inFile = await readEnvFile(file);
  const before = { ...inFile, ...env };
  if (before.OKTA_ORG === 'real') {
    throw new StepError(
      'real-org',
      'OKTA_ORG is real: what is in your org cannot be taken back from here. For Local Okta, take OKTA_ORG=real out.',
    );
  }
  const { title, page, env: wanted } = steps[step];
  const state = way === 'docker' ? stateOfContainers(root, before) : stateOfNode(root, before);
  const edits = Object.entries(wanted).flatMap(([name, value]) => {
    const old = inFile[name];
    return old === undefined || old === value ? [] : [`${name}=${old} in .env, which becomes ${value}`];
  });
  await confirm([...state.what, ...edits], { yes, say, ask });
  await state.throwAway();
  await setInEnvFile(file, wanted);
  say(`This is the start of step ${step}: ${title}.`);
  say(
    `  .env says ${Object.entries(wanted)
      .map(([name, value]) => `${name}=${value}`)
      .join(' and ')}.`,
  );
  for (const [name, value] of Object.entries(wanted)) {
    if (env[name] && env[name] !== value) say(`  But ${name}=${env[name]} is set in this shell, which counts more.`);
  }
  say(`  Now: ${way === 'docker' ? 'docker compose up' : 'npm start'}. The page: docs/tutorial/${page}`);
}

async function confirm(
  lost: readonly string[],
  { yes, say, ask }: Pick<GoToStepOptions, 'yes' | 'say' | 'ask'>,
): Promise<void> {
  if (lost.length === 0) return;
  say('This is lost:');
  for (const what of lost) say(`  ${what}`);
  if (yes || (await ask?.('Go on?'))) return;
  throw new StepError(
    'not-confirmed',
    'Nothing was changed. With --yes it does not ask: npm run step <number> -- --yes',
  );
}
