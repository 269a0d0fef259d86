import type { ProjectContext } from './context.ts';
import { diffRefs, mergeStatus } from './entities/merge-request.ts';
import type { MergeRequest } from './entities/merge-request.ts';
import { levels } from './entities/user.ts';
import { refuse, unauthorized } from './errors.ts';
import { record } from './events.ts';
import type { Input } from './input.ts';
import { changedPaths } from './repository/changes.ts';
import { commit, mayPush } from './repository/repository.ts';
import type { Change, Commit } from './repository/repository.ts';

/** `PUT …/merge`, with GitLab's refusals in GitLab's order (lib/api/merge_requests.rb). */
export function merge(context: ProjectContext, mr: MergeRequest): MergeRequest {
  const { store, project, level, input } = context;
  if (level < levels.developer || !mayPush(project.repository, mr.targetBranch, level)) throw unauthorized();
  const status = mergeStatus(store, project, mr);
  if (status === 'ci_still_running' && waits(input)) return put(context, { ...mr, mergeWhenPipelineSucceeds: true });
  if (status !== 'mergeable' && status !== 'conflict') throw refuse(405, '405 Method Not Allowed');
  const range = rangeOf(context, mr, status);
  const sha = input.text('sha') ?? range.head;
  if (sha !== range.head) throw refuse(409, `SHA does not match HEAD of source branch: ${range.head}`);
  return complete(context, mr, range);
}

function rangeOf({ store, project }: ProjectContext, mr: MergeRequest, status: 'mergeable' | 'conflict'): Range {
  const { base, head } = diffRefs(store, project, mr);
  if (status === 'conflict' || base === null || head === null) throw refuse(422, 'Branch cannot be merged');
  return { base, head };
}

function waits(input: Input): boolean {
  return input.on('auto_merge') || input.on('merge_when_pipeline_succeeds');
}

interface Range {
  readonly base: string;
  readonly head: string;
}

function complete(context: ProjectContext, mr: MergeRequest, range: Range): MergeRequest {
  const { store, viewer, input } = context;
  const written = writeMergeCommit(context, mr, range);
  if (input.flag('should_remove_source_branch') ?? mr.removeSourceBranch === true) {
    store.projects.get(mr.sourceProjectId)?.repository.branches.delete(mr.sourceBranch);
  }
  const target = { targetId: mr.id, targetIid: mr.iid, targetType: 'MergeRequest', targetTitle: mr.title };
  record(context, { action: 'accepted', target });
  return put(context, {
    ...mr,
    state: 'merged',
    baseSha: range.base,
    headSha: range.head,
    squash: input.flag('squash') ?? mr.squash,
    mergedAt: store.timestamp(),
    mergedById: viewer.id,
    mergeCommitSha: written.id,
  });
}

function put({ project, store }: ProjectContext, mr: MergeRequest): MergeRequest {
  const updated = { ...mr, updatedAt: store.timestamp() };
  project.mergeRequests.set(mr.iid, updated);
  return updated;
}

function writeMergeCommit(context: ProjectContext, mr: MergeRequest, range: Range): Commit {
  const { store, project, viewer, input } = context;
  const changes = changedPaths(project.repository, range.base, range.head).map(
    ([path, { after }]): [string, Change] => [path, after ?? null],
  );
  const reference = `See merge request ${project.fullPath}!${String(mr.iid)}`;
  const standard = `Merge branch '${mr.sourceBranch}' into '${mr.targetBranch}'\n\n${mr.title}\n\n${reference}`;
  const squash = input.flag('squash') ?? mr.squash;
  return commit(project.repository, {
    branch: mr.targetBranch,
    message: input.text('merge_commit_message') ?? standard,
    author: { name: viewer.name, email: `${viewer.username}@example.com` },
    committedAt: store.timestamp(),
    changes: new Map(changes),
    ...(!squash && { mergedSha: range.head }),
  });
}
