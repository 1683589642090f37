import { join } from 'node:path';
import { setInEnvFile } from '@ldap-to-okta/okta-tools';
import type { Action } from '../page/action.ts';
import { comparePicture, takePicture } from './picture.ts';
import type { Ports } from './ports.ts';
import type { Terminal } from './terminal.ts';
import type { Visitor } from './visitor.ts';

/** What somebody who walks the tutorial has before them. */
export interface Desk {
  readonly folder: string;
  readonly terminal: Terminal;
  readonly visitor: Visitor;
  readonly ports: Ports;
  /** Where the page lies that is walked: its pictures are named from there. */
  readonly pageFolder: string;
  /** `pass`: they are those of the other way. */
  readonly pictures: 'compare' | 'take' | 'pass';
}

/** @throws Error that says what was seen in place of what the page says */
export async function doStep(action: Action, desk: Desk): Promise<void> {
  const { terminal, visitor, ports } = desk;
  switch (action.kind) {
    case 'run':
      return terminal.type(ports.here(action.command), action.output, action.fails);
    case 'stop':
      return terminal.interrupt();
    case 'open':
      return visitor.open(ports.here(action.url), action.privately);
    case 'open-printed-link':
      return visitor.open(await terminal.printedLink());
    case 'sign-in':
      return visitor.signIn(action.username, action.password);
    case 'click':
      for (const name of action.names) await visitor.click(name, action.beside);
      return;
    case 'choose':
      return visitor.choose(action.path);
    case 'set':
      return visitor.set(action.label, ports.here(action.value));
    case 'tick':
      return visitor.tick(action.label, action.on);
    case 'see':
      return visitor.see(action.texts.map(ports.here), action.there);
    case 'edit-env':
      return editEnv(desk, mapValues(action.values, ports.here));
    case 'copy':
      return editEnv(desk, { [action.variable]: await visitor.valueOf(action.label) });
    case 'picture': {
      if (desk.pictures === 'pass') return;
      const picture = join(desk.pageFolder, action.file);
      const treat = desk.pictures === 'take' ? takePicture : comparePicture;
      return treat(visitor.page, { picture, variable: action.variable, ports });
    }
    default:
      return action satisfies never;
  }
}

async function editEnv({ folder }: Desk, values: Readonly<Record<string, string>>): Promise<void> {
  await setInEnvFile(join(folder, '.env'), values);
}

const mapValues = (
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
