import type { Namespace, Visibility } from './entities/group.ts';
import type { Project } from './entities/project.ts';
import { createRepository } from './repository/repository.ts';
import type { Repository } from './repository/repository.ts';
import type { Store } from './store.ts';

interface NewProject {
  readonly name: string;
  readonly path: string;
  readonly namespace: Namespace;
  readonly visibility: Visibility;
  readonly creatorId: number;
  readonly createdAt: string;
  readonly description?: string | null;
  readonly repository?: Repository;
  readonly forkedFromId?: number;
  readonly pipelineMustSucceed?: boolean;
  readonly discussionsMustBeResolved?: boolean;
}

/** Makes a project with nothing in it but the repository given. */
export function createProject(store: Store, options: NewProject): Project {
  const { path, namespace, createdAt, repository = createRepository() } = options;
  return store.putProject({
    description: null,
    forkedFromId: null,
    pipelineMustSucceed: false,
    discussionsMustBeResolved: false,
    ...options,
    id: store.nextId('project'),
    fullPath: `${namespace.fullPath}/${path}`,
    archived: false,
    lastActivityAt: createdAt,
    importedAtMs: options.forkedFromId === undefined ? null : store.now() + store.timings.importMs,
    repository,
    members: new Map(),
    issues: new Map(),
    mergeRequests: new Map(),
    threads: new Map(),
    draftNotes: new Map(),
    labels: new Map(),
    milestones: new Map(),
    pipelines: new Map(),
    jobs: new Map(),
    releases: new Map(),
    wikiPages: new Map(),
    files: new Map(),
    events: [],
  });
}
