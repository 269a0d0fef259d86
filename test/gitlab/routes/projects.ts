import { canSeeGroup, canSeeProject, groupLevel, isInside, projectLevel } from '../access.ts';
import { param } from '../context.ts';
import type { Context } from '../context.ts';
import type { Group } from '../entities/group.ts';
import { showGroup } from '../entities/group.ts';
import { showProject, showProjectBasics } from '../entities/project.ts';
import type { Project, Sight } from '../entities/project.ts';
import { levels, showMember } from '../entities/user.ts';
import type { Member } from '../entities/user.ts';
import { notFound } from '../errors.ts';
import { order } from '../filters.ts';
import type { Input } from '../input.ts';
import { json, list } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { projectRoute, route } from '../routes.ts';
import type { Route } from '../routes.ts';
import type { Store } from '../store.ts';

export const projectRoutes: readonly Route[] = [
  projectRoute('GET ', 'read', (context) => json(showTo(context, context.project))),
  route('GET /projects', (context) => listProjects(context, () => true), true),
  route('GET /groups/:id/projects', (context) => {
    const group = findGroup(context);
    const deep = context.input.on('include_subgroups');
    return listProjects(context, ({ namespace }) =>
      deep ? isInside(context.store, namespace.id, group.id) : namespace.id === group.id,
    );
  }),
  route('GET /groups/:id', (context) => {
    const group = findGroup(context);
    const projects = visible(context).filter((project) => project.namespace.id === group.id);
    const shown = projects.map((project) => showTo(context, project));
    return json({ ...showGroup(context.store, group), projects: shown, shared_projects: [] });
  }),
  route('GET /groups', (context) => {
    const search = (context.input.text('search') ?? '').toLowerCase();
    const rows = [...context.store.groups.values()]
      .filter((group) => canSeeGroup(context.store, context.viewer, group))
      .filter((group) => group.fullPath.toLowerCase().includes(search));
    return list({ rows, show: (group) => showGroup(context.store, group) });
  }),
  projectRoute('GET /members', 'read', (context) =>
    list({
      rows: filterMembers(context, [...context.project.members.values()]),
      show: (member) => showMember(context.store, member),
    }),
  ),
  projectRoute('GET /members/all', 'read', (context) =>
    list({
      rows: filterMembers(context, allMembers(context.store, context.project)),
      show: (member) => showMember(context.store, member),
    }),
  ),
];

export function showTo(context: Context, project: Project): unknown {
  const { store, signedIn, input } = context;
  if (!signedIn || input.on('simple')) return showProjectBasics(store, project);
  return showProject(store, project, sightOf(context, project));
}

function sightOf({ store, viewer }: Context, project: Project): Sight {
  const { namespace, members } = project;
  const inherited = namespace.kind === 'group' ? groupLevel(store, viewer, namespace.id) : levels.none;
  const own = members.get(viewer.id)?.level ?? (inherited > 0 ? 0 : projectLevel(store, viewer, project));
  return { projectLevel: own, groupLevel: inherited };
}

function findGroup(context: Context): Group {
  const id = param(context, 'id');
  const group = [...context.store.groups.values()].find(
    (each) => String(each.id) === id || each.fullPath.toLowerCase() === id.toLowerCase(),
  );
  if (group === undefined || !canSeeGroup(context.store, context.viewer, group)) throw notFound('Group');
  return group;
}

function visible({ store, viewer }: Context): readonly Project[] {
  return [...store.projects.values()].filter((project) => canSeeProject(store, viewer, project));
}

function listProjects(context: Context, keep: (project: Project) => boolean): Reply {
  const { input } = context;
  const test = projectFilter(context);
  const rows = visible(context).filter((project) => keep(project) && test(project));
  return list({
    rows: order(rows, input, { keys: orders, fallback: 'created_at', valueOf: sortValue }),
    show: (project) => showTo(context, project),
    defaults: {
      archived: 'false',
      membership: 'false',
      order_by: 'created_at',
      owned: 'false',
      simple: 'false',
      sort: 'desc',
    },
    keyset: { type: 'Project', by: 'id', key: (project) => String(project.id) },
  });
}

const orders = ['id', 'name', 'path', 'created_at', 'updated_at', 'last_activity_at', 'star_count'] as const;

function sortValue(project: Project, by: (typeof orders)[number]): string | number {
  const { id, name, path, createdAt, lastActivityAt } = project;
  const values = { id, name: name.toLowerCase(), path, created_at: createdAt, star_count: 0 };
  return by === 'updated_at' || by === 'last_activity_at' ? lastActivityAt : values[by];
}

function projectFilter(context: Context): (project: Project) => boolean {
  const { input, store, viewer } = context;
  const visibility = input.oneOf('visibility', ['public', 'internal', 'private']);
  const search = input.text('search')?.toLowerCase();
  const archived = input.flag('archived');
  const least = leastLevel(input);
  const [after, before] = [input.integer('id_after') ?? 0, input.integer('id_before') ?? Number.POSITIVE_INFINITY];
  return (project) =>
    (visibility === undefined || project.visibility === visibility) &&
    matches(project, search, input) &&
    (archived === undefined || project.archived === archived) &&
    project.id > after &&
    project.id < before &&
    (least === 0 || projectLevel(store, viewer, project) >= least);
}

function leastLevel(input: Input): number {
  if (input.on('owned')) return levels.owner;
  return input.integer('min_access_level') ?? (input.on('membership') ? levels.guest : levels.none);
}

/** Name, path and description; the namespace only with `search_namespaces`. */
function matches(project: Project, search: string | undefined, input: Input): boolean {
  if (search === undefined) return true;
  const place = input.on('search_namespaces') ? project.fullPath : project.path;
  return `${project.name}\n${place}\n${project.description ?? ''}`.toLowerCase().includes(search);
}

/** Members of the project and of the groups above it, each with the highest role. */
function allMembers(store: Store, project: Project): readonly Member[] {
  const byUser = new Map<number, Member>(project.members);
  let group = store.groups.get(project.namespace.id);
  while (group !== undefined) {
    for (const member of group.members.values()) {
      if (member.level > (byUser.get(member.userId)?.level ?? 0)) byUser.set(member.userId, member);
    }
    group = group.parentId === null ? undefined : store.groups.get(group.parentId);
  }
  return [...byUser.values()];
}

function filterMembers({ input, store }: Context, members: readonly Member[]): readonly Member[] {
  const query = input.text('query')?.toLowerCase() ?? '';
  return members.filter((member) => {
    const user = store.users.get(member.userId);
    return `${user?.username ?? ''} ${user?.name ?? ''}`.toLowerCase().includes(query);
  });
}
