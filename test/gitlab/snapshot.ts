import type { Project } from './entities/project.ts';
import type { Store } from './store.ts';

/** What a project holds, in short, for assertions from another process. */
export interface ProjectSnapshot {
  readonly id: number;
  readonly path: string;
  readonly issues: readonly { readonly iid: number; readonly title: string; readonly state: string }[];
  readonly mergeRequests: readonly { readonly iid: number; readonly title: string; readonly state: string }[];
  readonly branches: Readonly<Record<string, string>>;
  readonly commits: number;
  /** By `Issue/7` or `MergeRequest/7`, the bodies of the notes. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

export function snapshot(store: Store): readonly ProjectSnapshot[] {
  return [...store.projects.values()].map((project) => projectSnapshot(project));
}

function projectSnapshot(project: Project): ProjectSnapshot {
  const { id, fullPath: path, issues, mergeRequests, repository, threads } = project;
  return {
    id,
    path,
    issues: [...issues.values()].map(({ iid, title, state }) => ({ iid, title, state })),
    mergeRequests: [...mergeRequests.values()].map(({ iid, title, state }) => ({ iid, title, state })),
    branches: Object.fromEntries([...repository.branches.values()].map((branch) => [branch.name, branch.sha])),
    commits: repository.commits.size,
    notes: Object.fromEntries(
      [...threads].map(([key, all]) => [key, all.flatMap((thread) => thread.notes.map((note) => note.body))]),
    ),
  };
}
