import { AgentError } from '../agents/agent-error.ts';
import type { RemoteDirectory } from '../agents/remote-directory.ts';
import { equality } from './filter.ts';
import { createUserMapper, REQUIRED_FIELDS, rowOf, userAttributes } from './mapping.ts';
import type { IntegrationSettings } from './settings.ts';

export type TestStep = 'agent' | 'user-base' | 'users' | 'group-base' | 'groups' | 'example-user';

/** What Test Configuration found. */
export interface ConfigurationTest {
  readonly valid: boolean;
  /** `Validation successful`, or the first thing that is wrong and what would be right. */
  readonly message: string;
  readonly steps: readonly { readonly step: TestStep; readonly ok: boolean; readonly message: string }[];
  /** The example user, as an import would see them. */
  readonly user?: {
    readonly status: 'ACTIVE' | 'INACTIVE';
    readonly uid: string;
    readonly uniqueId: string;
    readonly dn: string;
    readonly fullName: string;
    readonly email: string;
    readonly groups: readonly string[];
  };
}

const DEADLINE_MS = 8_000;
const NO_SUCH_OBJECT = 32;
/** An attribute that none of these users has is spelled wrong or hidden. */
const LOOKED_AT = 20;

/** A step that failed, with the reason a person can act on. */
class StepFailure extends Error {
  override readonly name = 'StepFailure';
}

/** Asks the directory, through the agent, everything that an import and a sign-in would ask. */
export async function testConfiguration(
  settings: IntegrationSettings,
  remote: RemoteDirectory,
  today: number,
): Promise<ConfigurationTest> {
  const steps: { step: TestStep; ok: boolean; message: string }[] = [];
  let user: ConfigurationTest['user'];

  async function step(name: TestStep, work: () => Promise<string>): Promise<boolean> {
    try {
      steps.push({ step: name, ok: true, message: await work() });
      return true;
    } catch (error) {
      if (!(error instanceof StepFailure) && !(error instanceof AgentError)) throw error;
      steps.push({ step: name, ok: false, message: error.message });
      return false;
    }
  }

  async function search(base: string, scope: 'base' | 'sub', filter: string, attributes: string[], sizeLimit: number) {
    try {
      return await remote.search({ base, scope, filter, attributes, sizeLimit }, DEADLINE_MS);
    } catch (error) {
      if (!(error instanceof AgentError)) throw error;
      if (error.resultCode === NO_SUCH_OBJECT) throw new StepFailure(`${base} does not exist in the directory.`);
      if (error.detail === 'bad-filter') throw new StepFailure(`${filter} is not a filter the directory understands.`);
      throw error;
    }
  }

  const connected = await step('agent', async () => {
    await search('', 'base', '(objectclass=*)', ['1.1'], 1);
    return 'An agent is connected and the directory answers it.';
  });
  if (connected) {
    const usersThere = await step('user-base', async () => {
      await search(settings.userSearchBase, 'base', '(objectclass=*)', ['1.1'], 1);
      return `${settings.userSearchBase} exists.`;
    });
    if (usersThere) {
      await step('users', async () => {
        const needed = [settings.uniqueIdAttribute, ...REQUIRED_FIELDS.map((field) => settings.mapping[field] ?? '')];
        const found = await search(settings.userSearchBase, 'sub', settings.userObjectFilter, needed, LOOKED_AT);
        if (found.length === 0) {
          throw new StepFailure(`No entry below ${settings.userSearchBase} matches ${settings.userObjectFilter}.`);
        }
        const missing = needed.filter((name) => found.every(({ attributes }) => !(name.toLowerCase() in attributes)));
        // Of an example user it is said below, by name.
        if (missing.length > 0 && settings.exampleUsername === '') {
          throw new StepFailure(
            `None of the first ${found.length} users has ${missing.join(', ')}: is it spelled right, and may the agent see it?`,
          );
        }
        return `${settings.userObjectFilter} finds users.`;
      });
    }
    const groupsThere = await step('group-base', async () => {
      await search(settings.groupSearchBase, 'base', '(objectclass=*)', ['1.1'], 1);
      return `${settings.groupSearchBase} exists.`;
    });
    if (groupsThere) {
      await step('groups', async () => {
        const filter = `(&${settings.groupObjectFilter}(${settings.memberAttribute}=*))`;
        const found = await search(settings.groupSearchBase, 'sub', settings.groupObjectFilter, ['1.1'], 1);
        if (found.length === 0) {
          throw new StepFailure(`No entry below ${settings.groupSearchBase} matches ${settings.groupObjectFilter}.`);
        }
        const withMembers = await search(settings.groupSearchBase, 'sub', filter, ['1.1'], 1);
        if (withMembers.length > 0)
          return `${settings.groupObjectFilter} finds groups with ${settings.memberAttribute}.`;
        throw new StepFailure(`No group has the member attribute ${settings.memberAttribute}.`);
      });
    }
    if (usersThere && settings.exampleUsername !== '') {
      await step('example-user', async () => {
        const names = ['uid', 'cn', settings.mapping.email ?? 'mail']
          .map((attribute) => equality(attribute, settings.exampleUsername))
          .join('');
        const filter = `(&${settings.userObjectFilter}(|${names}))`;
        const attributes = [...userAttributes(settings), 'cn'];
        const [entry, another] = await search(settings.userSearchBase, 'sub', filter, attributes, 3);
        if (entry === undefined) {
          throw new StepFailure(`Nobody below ${settings.userSearchBase} is named ${settings.exampleUsername}.`);
        }
        if (another !== undefined) throw new StepFailure(`Several entries are named ${settings.exampleUsername}.`);
        const result = createUserMapper(settings, today)(rowOf(entry, userAttributes(settings)));
        if ('problems' in result) {
          throw new StepFailure(result.problems.map(({ message }) => `${entry.dn} ${message}.`).join(' '));
        }
        const { profile } = result.user;
        const memberValues = [entry.dn, result.user.uid].filter((value) => value !== '');
        const members = memberValues.map((value) => equality(settings.memberAttribute, value)).join('');
        const groups = groupsThere
          ? await search(settings.groupSearchBase, 'sub', `(&${settings.groupObjectFilter}(|${members}))`, ['cn'], 100)
          : [];
        user = {
          status: result.user.disabled ? 'INACTIVE' : 'ACTIVE',
          uid: result.user.uid,
          uniqueId: result.user.externalId,
          dn: entry.dn,
          fullName: [profile.firstName, profile.lastName].filter(Boolean).join(' '),
          email: profile.email ?? '',
          groups: groups.flatMap(({ attributes: { cn = [] } }) => [cn].flat()[0] ?? []).sort(),
        };
        return `${settings.exampleUsername} is ${entry.dn}.`;
      });
    }
  }
  const failed = steps.find(({ ok }) => !ok);
  return {
    valid: failed === undefined,
    message: failed === undefined ? 'Validation successful' : failed.message,
    steps,
    ...(user === undefined ? {} : { user }),
  };
}
