import { projectUrl } from '../entities/project.ts';
import type { Project } from '../entities/project.ts';
import { levels } from '../entities/user.ts';
import type { Store } from '../store.ts';
import type { Branch, Commit, Tag } from './repository.ts';

/** A commit as lists, branches, jobs and releases give it. */
export function showCommit(store: Store, project: Project, commit: Commit): Readonly<Record<string, unknown>> {
  const { id, author, message } = commit;
  const date = commit.committedAt.replace('Z', '+00:00');
  return {
    id,
    short_id: id.slice(0, 8),
    created_at: date,
    parent_ids: commit.parentIds,
    title: message.split('\n')[0],
    message,
    author_name: author.name,
    author_email: author.email,
    authored_date: date,
    committer_name: author.name,
    committer_email: author.email,
    committed_date: date,
    trailers: {},
    extended_trailers: {},
    web_url: `${projectUrl(store, project)}/-/commit/${id}`,
  };
}

interface BranchOptions {
  readonly store: Store;
  readonly project: Project;
  readonly canPush: boolean;
}

export function showBranch({ store, project, canPush }: BranchOptions, branch: Branch): unknown {
  const commit = project.repository.commits.get(branch.sha);
  return {
    name: branch.name,
    commit: commit === undefined ? null : showCommit(store, project, commit),
    merged: false,
    protected: branch.pushLevel !== null,
    developers_can_push: branch.pushLevel === levels.developer,
    developers_can_merge: branch.pushLevel === levels.developer,
    can_push: canPush,
    default: branch.name === project.repository.defaultBranch,
    web_url: `${projectUrl(store, project)}/-/tree/${branch.name}`,
  };
}

export function showTag(store: Store, project: Project, tag: Tag): unknown {
  const commit = project.repository.commits.get(tag.sha);
  const release = project.releases.get(tag.name);
  return {
    name: tag.name,
    message: tag.message,
    target: tag.sha,
    commit: commit === undefined ? null : showCommit(store, project, commit),
    release: release === undefined ? null : { tag_name: tag.name, description: release.description },
    protected: false,
    created_at: commit?.committedAt ?? null,
  };
}
