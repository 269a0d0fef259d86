import { canSeeProject, projectLevel } from '../access.ts';
import { integerParam } from '../context.ts';
import type { Context, ProjectContext } from '../context.ts';
import { showIssue } from '../entities/issue.ts';
import type { Issue } from '../entities/issue.ts';
import { showLabel } from '../entities/label.ts';
import type { Project } from '../entities/project.ts';
import { levels } from '../entities/user.ts';
import { forbidden, noSuchRow, notFound, refuse } from '../errors.ts';
import { record } from '../events.ts';
import { issuableFilter, order } from '../filters.ts';
import type { Input } from '../input.ts';
import { ensureLabels } from '../labels.ts';
import { created, empty, json, list } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { projectRoute, route } from '../routes.ts';
import type { Route } from '../routes.ts';

export const issueRoutes: readonly Route[] = [
  projectRoute('GET /issues', 'read', (context) => listIssues(context, [context.project], 'all')),
  route('GET /issues', (context) => {
    const { store, viewer } = context;
    const projects = [...store.projects.values()].filter((project) => canSeeProject(store, viewer, project));
    return listIssues(context, projects, 'created_by_me');
  }),
  projectRoute('GET /issues/:issue_iid', 'read', (context) => json(detail(context, findIssue(context)))),
  projectRoute('POST /issues', 'take part', (context) => created(detail(context, createIssue(context)))),
  projectRoute('PUT /issues/:issue_iid', 'take part', (context) => json(detail(context, updateIssue(context)))),
  projectRoute('DELETE /issues/:issue_iid', 'take part', (context) => {
    const issue = visibleIssue(context, integerParam(context, 'issue_iid'));
    if (issue === undefined) throw notFound('Issue');
    // Owners, and members who wrote the issue (app/policies/work_item_policy.rb).
    const mine = issue.authorId === context.viewer.id && context.level >= levels.guest;
    if (!mine && context.level < levels.owner) throw forbidden();
    context.project.issues.delete(issue.iid);
    return empty();
  }),
];

/** The issue that the path names, as far as the viewer may see it. */
export function findIssue(context: ProjectContext): Issue {
  const issue = visibleIssue(context, integerParam(context, 'issue_iid'));
  if (issue === undefined) throw noSuchRow();
  return issue;
}

/** An issue by number; a confidential one only for reporters and those it concerns. */
export function visibleIssue(context: Context & { readonly project: Project }, iid: number): Issue | undefined {
  const issue = context.project.issues.get(iid);
  return issue !== undefined && canSeeIssue(context, context.project, issue) ? issue : undefined;
}

function canSeeIssue({ store, viewer }: Context, project: Project, issue: Issue): boolean {
  if (!issue.confidential || issue.authorId === viewer.id || issue.assigneeIds.includes(viewer.id)) return true;
  return projectLevel(store, viewer, project) >= levels.reporter;
}

function listIssues(context: Context, projects: readonly Project[], defaultScope: 'all' | 'created_by_me'): Reply {
  const { input, store } = context;
  const keep = issuableFilter(context, { states: ['opened', 'closed'], defaultScope });
  const confidential = input.flag('confidential');
  const rows = projects.flatMap((project) =>
    [...project.issues.values()]
      .filter((issue) => keep(issue, project) && canSeeIssue(context, project, issue))
      .filter((issue) => confidential === undefined || issue.confidential === confidential)
      .map((issue) => ({ id: issue.id, issue, project })),
  );
  const sorted = order(rows, input, {
    keys: orders,
    fallback: 'created_at',
    valueOf: (row, by) => sortValue(row.issue, by),
  });
  const withLabels = input.on('with_labels_details');
  return list({
    rows: sorted,
    show: ({ issue, project }) => ({
      ...showIssue(store, project, issue),
      ...(withLabels && { labels: labelDetails(project, issue) }),
    }),
    defaults: { order_by: 'created_at', sort: 'desc', state: 'all', with_labels_details: 'false' },
    keyset: {
      type: 'Issue',
      by: 'cursor',
      key: (row) => Buffer.from(`{"id":"${String(row.id)}"}`).toString('base64url'),
    },
  });
}

const orders = ['created_at', 'updated_at', 'due_date', 'title', 'priority', 'label_priority', 'weight'] as const;

function sortValue(issue: Issue, by: (typeof orders)[number]): string | number {
  const { createdAt, updatedAt, title, dueDate, weight } = issue;
  const values = { created_at: createdAt, updated_at: updatedAt, title, due_date: dueDate ?? '9999' };
  return by === 'priority' || by === 'label_priority' || by === 'weight' ? (weight ?? 0) : values[by];
}

function labelDetails(project: Project, issue: Issue): unknown {
  const labels = [...project.labels.values()].filter((label) => issue.labels.includes(label.name));
  return labels.map((label) => showLabel(project, label, false));
}

function detail({ store, project, viewer }: ProjectContext, issue: Issue): unknown {
  const subscribed = issue.authorId === viewer.id || issue.assigneeIds.includes(viewer.id);
  return { ...showIssue(store, project, issue), subscribed };
}

function createIssue(context: ProjectContext): Issue {
  const { store, project, viewer, input } = context;
  input.require('title');
  const createdAt = store.timestamp();
  const iid = store.nextId(`issue of ${String(project.id)}`);
  const issue: Issue = {
    id: store.nextId('issue'),
    iid,
    title: readTitle(input),
    description: input.textOr('description', null),
    state: 'opened',
    labels: [],
    milestoneId: null,
    assigneeIds: [],
    authorId: viewer.id,
    confidential: input.on('confidential'),
    discussionLocked: null,
    issueType: input.oneOf('issue_type', ['issue', 'incident', 'test_case', 'task']) ?? 'issue',
    dueDate: input.textOr('due_date', null),
    weight: input.integerOr('weight', null),
    createdAt,
    updatedAt: createdAt,
    closedAt: null,
    closedById: null,
    // Guests and strangers may write an issue, not plan it.
    ...(context.level >= levels.reporter && planning(context, [])),
  };
  project.issues.set(iid, issue);
  record(context, { action: 'opened', target: eventTarget(issue) });
  return issue;
}

/** Labels, milestone and assignees, as far as they are sent. */
function planning(
  context: ProjectContext,
  before: readonly string[],
): Partial<Pick<Issue, 'labels' | 'milestoneId' | 'assigneeIds'>> {
  const { input, project } = context;
  const milestoneId = input.integer('milestone_id') ?? 0;
  return {
    ...chosenLabels(context, before),
    ...(input.has('milestone_id') && { milestoneId: project.milestones.has(milestoneId) ? milestoneId : null }),
    ...chosenAssignees(context),
  };
}

/** `labels` replaces, `add_labels` and `remove_labels` change; unknown labels are made. */
export function chosenLabels(context: ProjectContext, before: readonly string[]): { labels?: readonly string[] } {
  const { input } = context;
  if (!['labels', 'add_labels', 'remove_labels'].some((name) => input.has(name))) return {};
  const removed = input.texts('remove_labels') ?? [];
  const kept = input.has('labels') ? (input.texts('labels') ?? []) : before;
  const labels = [...kept, ...(input.texts('add_labels') ?? [])].filter((label) => !removed.includes(label));
  const unique = [...new Set(labels)];
  ensureLabels(context, unique);
  return { labels: unique };
}

/** `assignee_ids`, or the single `assignee_id`; 0 and unknown people mean nobody. */
export function chosenAssignees({ input, store }: ProjectContext): { assigneeIds?: readonly number[] } {
  if (!input.has('assignee_ids') && !input.has('assignee_id')) return {};
  const ids = input.has('assignee_ids') ? (input.integers('assignee_ids') ?? []) : [input.integer('assignee_id') ?? 0];
  return { assigneeIds: ids.filter((id) => store.users.has(id)) };
}

const changeable =
  'add_labels assignee_id assignee_ids confidential created_at description discussion_locked due_date issue_type labels milestone_id remove_labels state_event title updated_at weight';

function updateIssue(context: ProjectContext): Issue {
  const { store, project, viewer, input } = context;
  const issue = visibleIssue(context, integerParam(context, 'issue_iid'));
  if (issue === undefined) throw notFound('Issue');
  if (issue.authorId !== viewer.id && context.level < levels.reporter) throw forbidden();
  input.requireOne(...changeable.split(' '));
  const updated: Issue = {
    ...issue,
    title: readTitle(input, issue.title),
    description: input.textOr('description', issue.description),
    confidential: input.flag('confidential') ?? issue.confidential,
    discussionLocked: input.flag('discussion_locked') ?? issue.discussionLocked,
    dueDate: input.textOr('due_date', issue.dueDate),
    weight: input.integerOr('weight', issue.weight),
    ...(context.level >= levels.reporter && planning(context, issue.labels)),
    ...stateAfter(context, input, issue),
    updatedAt: store.timestamp(),
  };
  project.issues.set(issue.iid, updated);
  return updated;
}

function stateAfter(
  context: ProjectContext,
  input: Input,
  issue: Issue,
): Partial<Pick<Issue, 'state' | 'closedAt' | 'closedById'>> {
  const event = input.oneOf('state_event', ['close', 'reopen']);
  if (event === 'close' && issue.state === 'opened') {
    record(context, { action: 'closed', target: eventTarget(issue) });
    return { state: 'closed', closedAt: context.store.timestamp(), closedById: context.viewer.id };
  }
  if (event !== 'reopen' || issue.state === 'opened') return {};
  record(context, { action: 'reopened', target: eventTarget(issue) });
  return { state: 'opened', closedAt: null, closedById: null };
}

function eventTarget({ id, iid, title }: Issue): NonNullable<Parameters<typeof record>[1]['target']> {
  return { targetId: id, targetIid: iid, targetType: 'Issue', targetTitle: title };
}

/** The title of an issue or merge request, as sent or as it was; never blank. */
export function readTitle(input: Input, before = ''): string {
  const title = input.text('title') ?? before;
  if (title.trim() === '') throw refuse(400, { title: ["can't be blank"] });
  return title;
}
