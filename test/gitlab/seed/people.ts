import { addToken, addUser } from '../auth.ts';
import type { Group } from '../entities/group.ts';
import { levels } from '../entities/user.ts';
import type { Member } from '../entities/user.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';

export const people = { alice: 1, bob: 2, carol: 3, mallory: 4, olga: 5 } as const;

/** The users with their tokens, good and bad. */
export function seedPeople(store: Store): void {
  const names = {
    alice: 'Alice Adams',
    bob: 'Bob Brown',
    carol: 'Carol Čapek',
    mallory: 'Mallory Moore',
    olga: 'Olga Olsen',
  };
  for (const [username, id] of Object.entries(people)) {
    addUser(store, { id, username, name: new Map(Object.entries(names)).get(username) ?? username });
    addToken(store, { value: `glpat-${username}`, userId: id });
    addToken(store, { value: `oauth-${username}`, userId: id, kind: 'oauth' });
  }
  addToken(store, { value: 'glpat-expired', userId: people.alice, state: 'expired' });
  addToken(store, { value: 'glpat-revoked', userId: people.alice, state: 'revoked' });
  addToken(store, { value: 'glpat-readonly', userId: people.alice, scopes: ['read_api'] });
}

export function member(username: keyof typeof people, level: number): Member {
  return { userId: people[username], level, createdAt: hour(0) };
}

interface SeededGroups {
  readonly team: Group;
  readonly subgroup: Group;
  readonly secret: Group;
  readonly open: Group;
}

export function seedGroups(store: Store): SeededGroups {
  const team = addGroup(store, { path: 'team', visibility: 'private' });
  const subgroup = addGroup(store, { path: 'subgroup', visibility: 'private', parent: team });
  const secret = addGroup(store, { path: 'secret', visibility: 'private' });
  const open = addGroup(store, { path: 'open', visibility: 'public' });
  for (const each of [member('olga', levels.owner), member('alice', levels.maintainer)])
    team.members.set(each.userId, each);
  secret.members.set(people.mallory, member('mallory', levels.owner));
  open.members.set(people.olga, member('olga', levels.owner));
  return { team, subgroup, secret, open };
}

interface NewGroup {
  readonly path: string;
  readonly visibility: Group['visibility'];
  readonly parent?: Group;
}

function addGroup(store: Store, { path, visibility, parent }: NewGroup): Group {
  const group: Group = {
    id: 100 + store.nextId('group'),
    path,
    fullPath: parent === undefined ? path : `${parent.fullPath}/${path}`,
    name: path,
    parentId: parent?.id ?? null,
    visibility,
    members: new Map(),
    milestones: new Map(),
    createdAt: hour(0),
  };
  store.groups.set(group.id, group);
  return group;
}
