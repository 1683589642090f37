import type { Permission, ResourceKind, ResourceSet, Role } from '../directory/admin-roles.ts';

/** The org in Okta Resource Names; Local Okta is one org. */
const ORG_ID = '00oLocalOktaOrg00000';

/** All users or all groups: by ORN of whatever org, or by the URL of the list. */
export function resourceKindOf(text: string): ResourceKind | undefined {
  const [, named] = /^orn:okta[\w-]*:directory:[\w-]+:(users|groups)$/.exec(text) ?? [];
  const [, listed] = /^https?:\/\/[^/\s?#]+\/api\/v1\/(users|groups)\/?$/.exec(text) ?? [];
  return (named ?? listed) as ResourceKind | undefined; // the patterns know no other
}

export function roleView({ id, label, description, created }: Role, base: string) {
  const self = `${base}/api/v1/iam/roles/${id}`;
  return {
    id,
    label,
    description,
    created,
    lastUpdated: created,
    _links: { permissions: { href: `${self}/permissions` }, self: { href: self } },
  };
}

export function permissionView(role: Role, label: Permission, base: string) {
  const roleUrl = `${base}/api/v1/iam/roles/${role.id}`;
  return {
    label,
    created: role.created,
    lastUpdated: role.created,
    _links: { role: { href: roleUrl }, self: { href: `${roleUrl}/permissions/${label}` } },
  };
}

export function resourceSetView({ id, label, description, created }: ResourceSet, base: string) {
  const self = `${base}/api/v1/iam/resource-sets/${id}`;
  return {
    id,
    label,
    description,
    created,
    lastUpdated: created,
    _links: { self: { href: self }, resources: { href: `${self}/resources` }, bindings: { href: `${self}/bindings` } },
  };
}

export function resourceView(set: ResourceSet, kind: ResourceKind, base: string) {
  return {
    id: `ire${set.id.slice(3, 19)}${kind[0]}`,
    orn: `orn:okta:directory:${ORG_ID}:${kind}`,
    created: set.created,
    lastUpdated: set.created,
    _links: { self: { href: `${base}/api/v1/${kind}` } },
  };
}
