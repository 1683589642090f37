import type { Context } from '../context.ts';
import { randomBase62 } from '../ids.ts';
import { SUPER_ADMIN } from './admin-roles.ts';
import { revive } from './revive.ts';
import type { User } from './user.ts';

/** Secrets that are known in clear: given by the operator, or made up just now. */
export interface SeededSecrets {
  readonly adminPassword?: string;
  readonly apiToken?: string;
}

const SEED_TOKEN = 'Local Okta administrator';

/**
 * The group Everyone, an administrator, and an API token in their name. What is there is left alone, except that a
 * password or token given as a setting is made to work. `known` are the secrets of this process: they outlive a reset.
 */
export async function seedDirectory(
  { config, directory, store }: Pick<Context, 'config' | 'directory' | 'store'>,
  known: SeededSecrets,
): Promise<SeededSecrets> {
  const given = config.admin.password ?? known.adminPassword;
  directory.groups.everyone();
  let admin: User | undefined = directory.users.findByLogin(config.admin.login);
  let adminPassword = given;
  if (admin === undefined) {
    adminPassword ??= `${randomBase62(20)}aA1`;
    admin = await directory.users.create({
      profile: { login: config.admin.login, email: config.admin.login, firstName: 'Local', lastName: 'Administrator' },
      password: adminPassword,
    });
  } else if (config.admin.password !== undefined || config.admin.apiToken !== undefined) {
    await revive(directory.users, admin, config.admin.password);
  }
  const adminId = admin.id;
  return store.transaction(() => {
    directory.adminRoles.assign(adminId, SUPER_ADMIN);
    const value = config.admin.apiToken ?? known.apiToken;
    const present = directory.apiTokens.list().some(({ name }) => name === SEED_TOKEN);
    const apiToken =
      value === undefined && present
        ? undefined
        : directory.apiTokens.create({ name: SEED_TOKEN, userId: adminId, value }).value;
    return {
      ...(adminPassword === undefined ? {} : { adminPassword }),
      ...(apiToken === undefined ? {} : { apiToken }),
    };
  });
}
