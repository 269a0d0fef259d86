import type { Context, ProjectContext } from '../context.ts';
import { groupLevel } from '../access.ts';
import { userNamespace } from '../entities/group.ts';
import type { Namespace } from '../entities/group.ts';
import type { Project } from '../entities/project.ts';
import { levels } from '../entities/user.ts';
import { forbidden, notFound, refuse } from '../errors.ts';
import { createProject } from '../new-project.ts';
import { created, json } from '../reply.ts';
import { commit, createBlob, forkRepository } from '../repository/repository.ts';
import { projectRoute, route } from '../routes.ts';
import type { Route } from '../routes.ts';
import { findNamespace } from './namespaces.ts';
import { showTo } from './projects.ts';

export const newProjectRoutes: readonly Route[] = [
  route('POST /projects', (context) => created(showTo(context, create(context)))),
  projectRoute('POST /fork', 'take part', (context) => created(showTo(context, fork(context)))),
  projectRoute('DELETE ', 'owner', ({ store, project }) => {
    store.dropProject(project);
    return json({ message: '202 Accepted' }, 202);
  }),
];

function create(context: Context): Project {
  const { store, viewer, input } = context;
  input.requireOne('name', 'path');
  const name = input.text('name') ?? input.requiredText('path');
  if (name.trim() === '') throw refuse(400, { name: ["can't be blank"] });
  const path = input.text('path') ?? pathOf(name);
  const namespace = namespaceFor(context, input.integer('namespace_id')?.toString());
  if (namespace === undefined) throw refuse(400, { namespace: ['is not valid'] });
  refuseTaken(context, namespace, path);
  const project = createProject(store, {
    name,
    path,
    namespace,
    visibility: input.oneOf('visibility', ['public', 'internal', 'private']) ?? 'private',
    creatorId: viewer.id,
    createdAt: store.timestamp(),
    description: input.textOr('description', null),
  });
  addCreator(context, project);
  if (input.on('initialize_with_readme')) addReadme(context, project);
  return project;
}

/** The namespace asked for, or the viewer's own; undefined where the viewer may not create projects. */
function namespaceFor(context: Context, idOrPath: string | undefined): Namespace | undefined {
  const { store, viewer } = context;
  if (idOrPath === undefined) return userNamespace(viewer);
  const namespace = findNamespace(context, idOrPath);
  if (namespace?.kind !== 'group') return namespace;
  return groupLevel(store, viewer, namespace.id) >= levels.developer ? namespace : undefined;
}

function refuseTaken({ store }: Context, namespace: Namespace, path: string): void {
  if (store.projectByPath(`${namespace.fullPath}/${path}`) === undefined) return;
  throw refuse(400, { name: ['has already been taken'], path: ['has already been taken'] });
}

function addCreator({ store, viewer }: Context, project: Project): void {
  const level = project.namespace.kind === 'user' ? levels.owner : levels.maintainer;
  project.members.set(viewer.id, { userId: viewer.id, level, createdAt: store.timestamp() });
}

function addReadme({ store, viewer }: Context, project: Project): void {
  const blob = createBlob(Buffer.from(`# ${project.name}\n\n${project.description ?? ''}\n`));
  commit(project.repository, {
    branch: project.repository.defaultBranch,
    message: 'Initial commit',
    author: { name: viewer.name, email: `${viewer.username}@example.com` },
    committedAt: store.timestamp(),
    changes: new Map([['README.md', { blob, mode: '100644' }]]),
  });
}

function fork(context: ProjectContext): Project {
  const { store, viewer, input, project: source } = context;
  if (source.visibility !== 'public' && context.level < levels.reporter) throw forbidden();
  const wanted = input.text('namespace_path') ?? input.text('namespace_id') ?? input.text('namespace');
  const namespace = namespaceFor(context, wanted);
  if (namespace === undefined) throw notFound('Target Namespace');
  const path = input.text('path') ?? source.path;
  if (store.projectByPath(`${namespace.fullPath}/${path}`) !== undefined) {
    throw refuse(409, { name: ['has already been taken'], path: ['has already been taken'] });
  }
  const project = createProject(store, {
    name: input.text('name') ?? source.name,
    path,
    namespace,
    visibility: input.oneOf('visibility', ['public', 'internal', 'private']) ?? source.visibility,
    creatorId: viewer.id,
    createdAt: store.timestamp(),
    description: source.description,
    repository: forkRepository(source.repository),
    forkedFromId: source.id,
  });
  addCreator(context, project);
  return project;
}

function pathOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9._-]+/gu, '-');
}
