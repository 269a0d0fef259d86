import type { ProjectContext } from './context.ts';
import { refuse } from './errors.ts';
import { record } from './events.ts';
import { changesOf } from './repository/actions.ts';
import type { FileAction } from './repository/actions.ts';
import { commit } from './repository/repository.ts';
import type { Commit } from './repository/repository.ts';

/** Commits file actions for the viewer, by the parameters that the file and commit endpoints share. */
export function push(context: ProjectContext, actions: readonly FileAction[]): Commit {
  const { input, project, store, viewer } = context;
  const branch = input.filledText('branch');
  const message = input.filledText('commit_message');
  const startSha = startOf(context, branch);
  const written = commit(project.repository, {
    branch,
    message,
    author: {
      name: input.text('author_name') ?? viewer.name,
      email: input.text('author_email') ?? `${viewer.username}@example.com`,
    },
    committedAt: store.timestamp(),
    changes: changesOf(project.repository, startSha, actions),
    startSha,
  });
  const title = message.split('\n')[0] ?? '';
  record(context, { action: 'pushed to', push: { ref: branch, sha: written.id, title } });
  return written;
}

/** The commit to build on: the branch's head, or that of `start_branch` for a branch that is new. */
function startOf({ input, project }: ProjectContext, branch: string): string | undefined {
  const { branches } = project.repository;
  const start = branches.get(branch) ?? branches.get(input.text('start_branch') ?? branch);
  if (start === undefined && branches.size > 0) {
    throw refuse(400, 'You can only create or edit files when you are on a branch');
  }
  return start?.sha;
}
