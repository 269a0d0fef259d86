import type { Store } from '../store.ts';
import { showMilestone } from './milestone.ts';
import { projectApiUrl, projectUrl } from './project.ts';
import type { Project } from './project.ts';
import { countUserNotes } from './thread.ts';
import { showUserId } from './user.ts';

export interface Issue {
  readonly id: number;
  readonly iid: number;
  readonly title: string;
  readonly description: string | null;
  readonly state: 'opened' | 'closed';
  readonly labels: readonly string[];
  readonly milestoneId: number | null;
  readonly assigneeIds: readonly number[];
  readonly authorId: number;
  readonly confidential: boolean;
  readonly discussionLocked: boolean | null;
  readonly issueType: string;
  readonly weight: number | null;
  readonly dueDate: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly closedAt: string | null;
  readonly closedById: number | null;
}

export interface IssueLink {
  readonly id: number;
  readonly source: { readonly projectId: number; readonly iid: number };
  readonly target: { readonly projectId: number; readonly iid: number };
  readonly type: 'relates_to' | 'blocks' | 'is_blocked_by';
  readonly createdAt: string;
}

/** An issue as lists give it. */
export function showIssue(store: Store, project: Project, issue: Issue): Readonly<Record<string, unknown>> {
  const { iid, description } = issue;
  const milestone = issue.milestoneId === null ? undefined : project.milestones.get(issue.milestoneId);
  const self = `${projectApiUrl(store, project)}/issues/${String(iid)}`;
  return {
    id: issue.id,
    iid,
    project_id: project.id,
    title: issue.title,
    description,
    state: issue.state,
    created_at: issue.createdAt,
    updated_at: issue.updatedAt,
    closed_at: issue.closedAt,
    closed_by: showUserId(store, issue.closedById),
    labels: issue.labels,
    milestone: milestone === undefined ? null : showMilestone(store, milestone),
    assignees: issue.assigneeIds.map((id) => showUserId(store, id)),
    author: showUserId(store, issue.authorId),
    type: 'ISSUE',
    assignee: showUserId(store, issue.assigneeIds[0] ?? null),
    user_notes_count: countUserNotes(project, 'Issue', iid),
    merge_requests_count: 0,
    upvotes: 0,
    downvotes: 0,
    start_date: null,
    due_date: issue.dueDate,
    confidential: issue.confidential,
    discussion_locked: issue.discussionLocked,
    issue_type: issue.issueType,
    web_url: `${projectUrl(store, project)}/-/issues/${String(iid)}`,
    time_stats: noTime,
    task_completion_status: taskStatus(description),
    weight: issue.weight,
    blocking_issues_count: 0,
    has_tasks: description?.includes('- [') ?? false,
    task_status: '',
    _links: {
      self,
      notes: `${self}/notes`,
      award_emoji: `${self}/award_emoji`,
      project: projectApiUrl(store, project),
      closed_as_duplicate_of: null,
    },
    references: references(project, '#', iid),
    severity: 'UNKNOWN',
    health_status: null,
    moved_to_id: null,
    imported: false,
    imported_from: 'none',
    service_desk_reply_to: null,
  };
}

/** `references` of an issue (`#`) or a merge request (`!`). */
export function references(project: Project, mark: '#' | '!', iid: number): unknown {
  const short = `${mark}${String(iid)}`;
  return { short, relative: short, full: `${project.fullPath}${short}` };
}

export const noTime = {
  time_estimate: 0,
  total_time_spent: 0,
  human_time_estimate: null,
  human_total_time_spent: null,
};

/** Counts the task list items of a description. */
export function taskStatus(description: string | null): unknown {
  const text = description ?? '';
  const done = text.match(/^\s*[-*] \[x\]/gimu)?.length ?? 0;
  const open = text.match(/^\s*[-*] \[ \]/gmu)?.length ?? 0;
  return { count: done + open, completed_count: done };
}
