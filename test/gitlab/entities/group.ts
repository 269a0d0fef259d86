import type { Store } from '../store.ts';
import type { Milestone } from './milestone.ts';
import type { Member, User } from './user.ts';

export type Visibility = 'public' | 'internal' | 'private';

export interface Group {
  readonly id: number;
  readonly path: string;
  readonly fullPath: string;
  readonly name: string;
  readonly parentId: number | null;
  readonly visibility: Visibility;
  readonly members: Map<number, Member>;
  readonly milestones: Map<number, Milestone>;
  readonly createdAt: string;
}

/** Where projects live: a group, or a user's own namespace. */
export interface Namespace {
  readonly id: number;
  readonly kind: 'group' | 'user';
  readonly path: string;
  readonly fullPath: string;
  readonly name: string;
  readonly parentId: number | null;
}

export function groupNamespace(group: Group): Namespace {
  const { id, path, fullPath, name, parentId } = group;
  return { id, kind: 'group', path, fullPath, name, parentId };
}

/** Users' namespaces have ids of their own, far above the groups' here. */
export function userNamespace(user: User): Namespace {
  const { username: path, name } = user;
  return { id: 1_000_000 + user.id, kind: 'user', path, fullPath: path, name, parentId: null };
}

/** A namespace as GitLab writes it inside a project. */
export function showProjectNamespace(store: Store, namespace: Namespace): Readonly<Record<string, unknown>> {
  const { id, name, path, kind, fullPath, parentId } = namespace;
  const webUrl = kind === 'group' ? `${store.url}/groups/${fullPath}` : `${store.url}/${fullPath}`;
  return {
    id,
    name,
    path,
    kind,
    full_path: fullPath,
    parent_id: parentId,
    avatar_url: kind === 'group' ? groupAvatar(id) : 'https://secure.gravatar.com/avatar/0?s=80&d=identicon',
    web_url: webUrl,
  };
}

/** `GET /namespaces`. */
export function showNamespace(store: Store, namespace: Namespace): unknown {
  return {
    ...showProjectNamespace(store, namespace),
    billable_members_count: 1,
    plan: 'free',
    trial: false,
    trial_ends_on: null,
    root_repository_size: 0,
    projects_count: [...store.projects.values()].filter((each) => each.namespace.id === namespace.id).length,
  };
}

/** `GET /groups/:id` and the lists of groups. */
export function showGroup(store: Store, group: Group): Readonly<Record<string, unknown>> {
  return {
    id: group.id,
    web_url: `${store.url}/groups/${group.fullPath}`,
    name: group.name,
    path: group.path,
    description: '',
    visibility: group.visibility,
    share_with_group_lock: false,
    require_two_factor_authentication: false,
    two_factor_grace_period: 48,
    project_creation_level: 'developer',
    auto_devops_enabled: null,
    subgroup_creation_level: 'maintainer',
    emails_disabled: null,
    mentions_disabled: null,
    lfs_enabled: true,
    default_branch_protection: 2,
    avatar_url: groupAvatar(group.id),
    request_access_enabled: true,
    full_name: group.fullPath.split('/').join(' / '),
    full_path: group.fullPath,
    created_at: group.createdAt,
    parent_id: group.parentId,
    ldap_cn: null,
    ldap_access: null,
    shared_with_groups: [],
    prevent_sharing_groups_outside_hierarchy: false,
    shared_runners_minutes_limit: null,
    extra_shared_runners_minutes_limit: null,
    prevent_forking_outside_group: null,
  };
}

function groupAvatar(id: number): string {
  return `/uploads/-/system/group/avatar/${String(id)}/logo.png`;
}
