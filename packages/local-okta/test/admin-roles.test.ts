import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createDirectory, type Directory } from '../src/directory/directory.ts';
import { directorySchema } from '../src/directory/schema.ts';
import { openStore, type Store } from '../src/store/store.ts';
import { testClock } from './local-okta-fixture.ts';

describe('admin roles', () => {
  let store: Store;
  let directory: Directory;
  let userId: string;

  beforeEach(async () => {
    store = openStore({ schemas: [directorySchema] });
    directory = createDirectory({ store, clock: testClock(), onListenerError: () => undefined });
    const login = 'ldap-user@example.com';
    const profile = { login, email: login, firstName: 'Ldap', lastName: 'User' };
    userId = (await directory.users.create({ profile })).id;
  });
  afterEach(() => store.close());

  it("gives the tutorial's service user sight of users and groups by role and resource set, and no more", () => {
    const role = directory.adminRoles.saveRole({
      label: 'groups-user-reader',
      description: 'Reads users and groups',
      permissions: ['okta.users.read', 'okta.groups.read'],
    });
    const set = directory.adminRoles.saveResourceSet({
      label: 'Users & Groups',
      description: 'All of them',
      resources: ['users', 'groups'],
    });
    expect(directory.adminRoles.can(userId, 'okta.users.read')).toBe(false);
    const assignment = directory.adminRoles.assign(userId, role.id, set.id);
    expect(directory.adminRoles.assign(userId, role.id, set.id)).toEqual(assignment);
    expect(directory.adminRoles.can(userId, 'okta.users.read')).toBe(true);
    expect(directory.adminRoles.can(userId, 'okta.groups.read')).toBe(true);
    expect(directory.adminRoles.can(userId, 'okta.users.manage')).toBe(false);
    expect(directory.adminRoles.isSuperAdmin(userId)).toBe(false);
    directory.adminRoles.unassign(userId, assignment.id);
    expect(directory.adminRoles.can(userId, 'okta.users.read')).toBe(false);
  });

  it('gives nothing about groups by a resource set of users', () => {
    const { adminRoles } = directory;
    const role = adminRoles.saveRole({
      label: 'reader',
      description: '',
      permissions: ['okta.users.read', 'okta.groups.read'],
    });
    const set = adminRoles.saveResourceSet({ label: 'Users', description: '', resources: ['users'] });
    adminRoles.assign(userId, role.id, set.id);
    expect([adminRoles.can(userId, 'okta.users.read'), adminRoles.can(userId, 'okta.groups.read')]).toEqual([
      true,
      false,
    ]);
  });

  it('keeps the id of a role or set that is saved again', () => {
    const save = (description: string) =>
      directory.adminRoles.saveRole({ label: 'one', description, permissions: ['okta.users.read'] });
    expect(save('again').id).toBe(save('first').id);
    expect(directory.adminRoles.roles()).toHaveLength(1);
  });
});
