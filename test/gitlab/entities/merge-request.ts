import { mergeBase } from '../repository/history.ts';
import { conflicts, diffBetween } from '../repository/changes.ts';
import { resolve } from '../repository/repository.ts';
import type { Store } from '../store.ts';
import { noTime, references, taskStatus } from './issue.ts';
import { showMilestone } from './milestone.ts';
import { showPipeline, showPipelineBasics } from './pipeline.ts';
import type { Pipeline } from './pipeline.ts';
import { projectUrl } from './project.ts';
import type { Project } from './project.ts';
import { countUserNotes, hasUnresolvedThread } from './thread.ts';
import { showUserId } from './user.ts';

export interface MergeRequest {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
  readonly description: string | null;
  readonly state: 'opened' | 'closed' | 'merged' | 'locked';
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly sourceProjectId: number;
  /** The last head of the source branch; kept when the branch is gone. */
  readonly headSha: string | null;
  /** Where the branches parted, fixed when merged or closed. */
  readonly baseSha: string | null;
  readonly labels: readonly string[];
  readonly milestoneId: number | null;
  readonly assigneeIds: readonly number[];
  readonly reviewerIds: readonly number[];
  readonly authorId: number;
  readonly squash: boolean;
  readonly removeSourceBranch: boolean | null;
  readonly mergeWhenPipelineSucceeds: boolean;
  /** From this moment GitLab has prepared, and a little later checked, the branches. */
  readonly preparedAtMs: number;
  readonly checkedAtMs: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly mergedAt: string | null;
  readonly mergedById: number | null;
  readonly mergeCommitSha: string | null;
  readonly closedAt: string | null;
  readonly closedById: number | null;
}

export type DetailedMergeStatus =
  | 'not_open'
  | 'preparing'
  | 'checking'
  | 'draft_status'
  | 'discussions_not_resolved'
  | 'ci_must_pass'
  | 'ci_still_running'
  | 'conflict'
  | 'mergeable';

function isDraft(title: string): boolean {
  return /^(?:draft:|\[draft\]|\(draft\))/iu.test(title);
}

function headOf(store: Store, project: Project, mr: MergeRequest): string | null {
  if (mr.state !== 'opened') return mr.headSha;
  const source = store.projects.get(mr.sourceProjectId) ?? project;
  return source.repository.branches.get(mr.sourceBranch)?.sha ?? mr.headSha;
}

/** The three commits that a merge request's diff is made of; null while GitLab has not looked yet. */
export function diffRefs(
  store: Store,
  project: Project,
  mr: MergeRequest,
): { base: string | null; head: string | null } {
  const head = headOf(store, project, mr);
  if (mr.baseSha !== null) return { base: mr.baseSha, head };
  const target = resolve(project.repository, mr.targetBranch);
  if (head === null || target === undefined) return { base: null, head };
  return { base: mergeBase(project.repository, target, head) ?? null, head };
}

function headPipeline(store: Store, project: Project, mr: MergeRequest): Pipeline | undefined {
  const head = headOf(store, project, mr);
  return [...project.pipelines.values()].findLast((pipeline) => pipeline.sha === head && !pipeline.tag);
}

/** Where the merge request stands, in GitLab's order of checks. */
export function mergeStatus(store: Store, project: Project, mr: MergeRequest): DetailedMergeStatus {
  if (mr.state !== 'opened') return 'not_open';
  if (store.now() < mr.preparedAtMs) return 'preparing';
  if (store.now() < mr.checkedAtMs) return 'checking';
  if (isDraft(mr.title)) return 'draft_status';
  if (project.discussionsMustBeResolved && hasUnresolvedThread(project, mr.iid)) return 'discussions_not_resolved';
  const ci = project.pipelineMustSucceed ? ciStatus(headPipeline(store, project, mr)) : undefined;
  return ci ?? (hasConflicts(store, project, mr) ? 'conflict' : 'mergeable');
}

function ciStatus(pipeline: Pipeline | undefined): DetailedMergeStatus | undefined {
  if (pipeline?.status === 'success') return undefined;
  return pipeline?.status === 'running' || pipeline?.status === 'pending' ? 'ci_still_running' : 'ci_must_pass';
}

function hasConflicts(store: Store, project: Project, mr: MergeRequest): boolean {
  const { base, head } = diffRefs(store, project, mr);
  const target = resolve(project.repository, mr.targetBranch);
  if (base === null || head === null || target === undefined) return true;
  return conflicts(project.repository, { base, ours: target, theirs: head });
}

/** A merge request as lists give it. */
export function showMergeRequest(store: Store, project: Project, mr: MergeRequest): Readonly<Record<string, unknown>> {
  const status = mergeStatus(store, project, mr);
  const draft = isDraft(mr.title);
  const milestone = mr.milestoneId === null ? undefined : project.milestones.get(mr.milestoneId);
  return {
    id: mr.id,
    iid: mr.iid,
    project_id: project.id,
    title: mr.title,
    description: mr.description,
    state: mr.state,
    created_at: mr.createdAt,
    updated_at: mr.updatedAt,
    merged_by: showUserId(store, mr.mergedById),
    merge_user: showUserId(store, mr.mergedById),
    merged_at: mr.mergedAt,
    closed_by: showUserId(store, mr.closedById),
    closed_at: mr.closedAt,
    target_branch: mr.targetBranch,
    source_branch: mr.sourceBranch,
    user_notes_count: countUserNotes(project, 'MergeRequest', mr.iid),
    upvotes: 0,
    downvotes: 0,
    author: showUserId(store, mr.authorId),
    assignees: mr.assigneeIds.map((id) => showUserId(store, id)),
    assignee: showUserId(store, mr.assigneeIds[0] ?? null),
    reviewers: mr.reviewerIds.map((id) => showUserId(store, id)),
    source_project_id: mr.sourceProjectId,
    target_project_id: project.id,
    labels: mr.labels,
    draft,
    imported: false,
    imported_from: 'none',
    work_in_progress: draft,
    milestone: milestone === undefined ? null : showMilestone(store, milestone),
    merge_when_pipeline_succeeds: mr.mergeWhenPipelineSucceeds,
    merge_status: oldMergeStatus(status, mr),
    detailed_merge_status: status,
    merge_after: null,
    sha: headOf(store, project, mr),
    merge_commit_sha: mr.mergeCommitSha,
    squash_commit_sha: null,
    discussion_locked: null,
    should_remove_source_branch: null,
    force_remove_source_branch: mr.removeSourceBranch,
    prepared_at: status === 'preparing' ? null : new Date(mr.preparedAtMs).toISOString(),
    allow_collaboration: false,
    allow_maintainer_to_push: false,
    approvals_before_merge: null,
    reference: `!${String(mr.iid)}`,
    references: references(project, '!', mr.iid),
    web_url: `${projectUrl(store, project)}/-/merge_requests/${String(mr.iid)}`,
    time_stats: noTime,
    squash: mr.squash,
    squash_on_merge: mr.squash,
    task_completion_status: taskStatus(mr.description),
    has_conflicts: status === 'conflict',
    blocking_discussions_resolved: !hasUnresolvedThread(project, mr.iid),
  };
}

interface DetailOptions {
  readonly store: Store;
  readonly project: Project;
  readonly canMerge: boolean;
  readonly subscribed: boolean;
}

/** A merge request alone: with what lists leave out. */
export function showMergeRequestDetail(options: DetailOptions, mr: MergeRequest): unknown {
  const { store, project, canMerge, subscribed } = options;
  const preparing = mergeStatus(store, project, mr) === 'preparing';
  const { base, head } = diffRefs(store, project, mr);
  return {
    ...showMergeRequest(store, project, mr),
    subscribed,
    changes_count: preparing ? null : changesCount(project, base, head),
    ...showHeadPipeline({ store, project }, headPipeline(store, project, mr)),
    first_deployed_to_production_at: null,
    diff_refs: { base_sha: preparing ? null : base, head_sha: head, start_sha: base },
    merge_error: null,
    first_contribution: false,
    user: { can_merge: canMerge },
  };
}

function changesCount(project: Project, base: string | null, head: string | null): string | null {
  return base === null || head === null ? null : String(diffBetween(project.repository, base, head).length);
}

function showHeadPipeline(
  { store, project }: Pick<DetailOptions, 'store' | 'project'>,
  pipeline: Pipeline | undefined,
): object {
  if (pipeline === undefined) {
    return { latest_build_started_at: null, latest_build_finished_at: null, pipeline: null, head_pipeline: null };
  }
  return {
    latest_build_started_at: pipeline.startedAt,
    latest_build_finished_at: pipeline.finishedAt,
    pipeline: showPipelineBasics(store, project, pipeline),
    head_pipeline: showPipeline(store, project, pipeline),
  };
}

function oldMergeStatus(status: DetailedMergeStatus, mr: MergeRequest): string {
  if (mr.state === 'merged') return 'can_be_merged';
  if (status === 'preparing' || status === 'checking') return 'checking';
  return status === 'conflict' ? 'cannot_be_merged' : 'can_be_merged';
}
