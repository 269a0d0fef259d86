import type { Context, ProjectContext } from './context.ts';
import { param } from './context.ts';
import type { Group } from './entities/group.ts';
import type { Project } from './entities/project.ts';
import { levels } from './entities/user.ts';
import type { User } from './entities/user.ts';
import { Refusal, forbidden, notFound, refuse, unauthorized } from './errors.ts';
import type { Store } from './store.ts';

/** The user's role in a group, its parents included. */
export function groupLevel(store: Store, user: User, groupId: number | null): number {
  const group = groupId === null ? undefined : store.groups.get(groupId);
  if (group === undefined) return levels.none;
  return Math.max(group.members.get(user.id)?.level ?? 0, groupLevel(store, user, group.parentId));
}

/** The user's role in a project: own, through the group, or as owner of the namespace. */
export function projectLevel(store: Store, user: User, project: Project): number {
  const { namespace } = project;
  const own = project.members.get(user.id)?.level ?? levels.none;
  if (namespace.kind === 'group') return Math.max(own, groupLevel(store, user, namespace.id));
  return namespace.path === user.username ? levels.owner : own;
}

export function canSeeProject(store: Store, user: User, project: Project): boolean {
  return project.visibility === 'public' || projectLevel(store, user, project) > levels.none;
}

export function canSeeGroup(store: Store, user: User, group: Group): boolean {
  if (group.visibility === 'public' || groupLevel(store, user, group.id) > levels.none) return true;
  return [...store.projects.values()].some(
    (project) => isInside(store, project.namespace.id, group.id) && canSeeProject(store, user, project),
  );
}

/** Whether a group is another one or lies below it. */
export function isInside(store: Store, groupId: number | null, outerId: number): boolean {
  if (groupId === null) return false;
  return groupId === outerId || isInside(store, store.groups.get(groupId)?.parentId ?? null, outerId);
}

/** What an endpoint asks of the viewer. */
export type Need =
  | 'read'
  /** Repository and CI of a private project need a reporter. */
  | 'code'
  /** Anyone signed in who sees the project. */
  | 'take part'
  | 'guest'
  | 'reporter'
  | 'developer'
  | 'maintainer'
  | 'owner';

/** Adds the project to the request: 404 for those who may not see it, 301 from an old path, 403 without the role. */
export function enterProject(context: Context, need: Need): ProjectContext {
  const { store, viewer, signedIn } = context;
  const id = param(context, 'id');
  const project = findProject(store, id);
  if (project === undefined || !canSeeProject(store, viewer, project)) throw notFound('Project');
  if (!/^\d+$/u.test(id) && project.fullPath.toLowerCase() !== id.toLowerCase()) throw movedTo(context, project);
  const level = projectLevel(store, viewer, project);
  if (need !== 'read' && need !== 'code' && !signedIn) throw unauthorized();
  if (!allows(project, level, need)) throw forbidden();
  return { ...context, project, level };
}

/** A project by id or full path, whoever looks. */
export function findProject(store: Store, idOrPath: string): Project | undefined {
  if (/^\d+$/u.test(idOrPath)) return store.projects.get(Number(idOrPath));
  const movedId = store.moved.get(idOrPath.toLowerCase());
  return store.projectByPath(idOrPath) ?? (movedId === undefined ? undefined : store.projects.get(movedId));
}

function allows(project: Project, level: number, need: Need): boolean {
  if (need === 'read' || need === 'take part') return true;
  if (need === 'code') return project.visibility === 'public' || level >= levels.reporter;
  return level >= levels[need];
}

/** GitLab redirects a moved project's reads to its numeric id and refuses its writes (lib/api/helpers.rb). */
function movedTo(context: Context, project: Project): Refusal {
  if (context.method !== 'GET' && context.method !== 'HEAD') {
    return refuse(405, 'Non GET methods are not allowed for moved projects');
  }
  const rest = context.path
    .split('/')
    .slice(5)
    .map((part) => `/${part}`);
  const url = `${context.store.url}/api/v4/projects/${String(project.id)}${rest.join('')}${context.search}`;
  return new Refusal(301, { message: `This resource has been moved permanently to ${url}` }, { Location: url });
}
