import { createHash } from 'node:crypto';
import type { Store } from '../store.ts';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly createdAt: string;
}

export interface Token {
  readonly id: number;
  readonly value: string;
  readonly userId: number;
  readonly kind: 'personal' | 'oauth';
  readonly scopes: readonly string[];
  readonly state: 'active' | 'expired' | 'revoked';
  readonly createdAt: string;
}

/** GitLab's role numbers. */
export const levels = { none: 0, guest: 10, reporter: 20, developer: 30, maintainer: 40, owner: 50 } as const;

/** A role in a project or group. */
export interface Member {
  readonly userId: number;
  readonly level: number;
  readonly createdAt: string;
}

/** A user as GitLab writes it inside other things. */
export function showUser(store: Store, user: User): Readonly<Record<string, unknown>> {
  return {
    id: user.id,
    username: user.username,
    public_email: null,
    name: user.name,
    state: 'active',
    locked: false,
    avatar_url: avatarUrl(user),
    web_url: `${store.url}/${user.username}`,
  };
}

/** The user with this id as GitLab writes it, or null. */
export function showUserId(store: Store, id: number | null): unknown {
  const user = id === null ? undefined : store.users.get(id);
  return user === undefined ? null : showUser(store, user);
}

/** `GET /user`: the viewer's own account. */
export function showCurrentUser(store: Store, user: User): unknown {
  return {
    ...showUser(store, user),
    created_at: user.createdAt,
    bio: '',
    location: '',
    linkedin: '',
    twitter: '',
    discord: '',
    github: '',
    website_url: '',
    organization: '',
    job_title: '',
    pronouns: null,
    bot: false,
    work_information: null,
    local_time: null,
    last_sign_in_at: user.createdAt,
    confirmed_at: user.createdAt,
    last_activity_on: store.timestamp().slice(0, 10),
    email: `${user.username}@example.com`,
    theme_id: 3,
    color_scheme_id: 1,
    projects_limit: 100_000,
    current_sign_in_at: user.createdAt,
    identities: [],
    can_create_group: true,
    can_create_project: true,
    two_factor_enabled: false,
    external: false,
    private_profile: false,
    commit_email: `${user.username}@example.com`,
    preferred_language: 'en',
    shared_runners_minutes_limit: null,
    extra_shared_runners_minutes_limit: null,
    scim_identities: [],
  };
}

/** `GET /projects/:id/members`. */
export function showMember(store: Store, member: Member): unknown {
  const user = store.users.get(member.userId);
  return {
    ...(user && showUser(store, user)),
    access_level: member.level,
    created_at: member.createdAt,
    expires_at: null,
    membership_state: 'active',
  };
}

/** `GET /personal_access_tokens/self`. */
export function showToken(store: Store, token: Token): unknown {
  return {
    id: token.id,
    name: 'stand-in',
    description: null,
    revoked: token.state === 'revoked',
    created_at: token.createdAt,
    scopes: token.scopes,
    user_id: token.userId,
    last_used_at: store.timestamp(),
    active: token.state === 'active',
    expires_at: '2030-01-01',
  };
}

function avatarUrl(user: User): string {
  const hash = createHash('md5').update(user.username).digest('hex');
  return `https://secure.gravatar.com/avatar/${hash}?s=80&d=identicon`;
}
