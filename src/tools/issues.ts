import * as z from 'zod';
import { dateOrNone, idOrNone, refuseNoChange } from './changes.ts';
import { flag, ids, labels, number, paging, projectId, text } from './inputs.ts';
import { isGone } from './read-back.ts';
import { issueFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const whole = [
  'id',
  'project_id',
  ...issueFields,
  'description',
  'issue_type',
  'severity',
  'weight',
  'closed_at',
  'closed_by.username',
  'merge_requests_count',
  'upvotes',
  'downvotes',
  'discussion_locked',
  'time_stats.human_time_estimate',
  'time_stats.human_total_time_spent',
  'task_completion_status',
  'moved_to_id',
  'references.full',
];

const state = z.enum(['opened', 'closed', 'all']);
const scope = z.enum(['all', 'assigned_to_me', 'created_by_me']);

export const listIssues = defineTool({
  name: 'list_issues',
  summary: 'List issues of a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/issues',
  input: {
    project_id: projectId,
    state: state.optional(),
    labels: labels.optional(),
    milestone: text.optional(),
    scope: scope.optional(),
    search: text.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', state: 'opened', labels: ['bug', 'urgent'], milestone: 'v1.0', scope: 'all', page: 2 },
  ],
  shows: issueFields,
});

export const myIssues = defineTool({
  name: 'my_issues',
  summary: 'List issues of all projects that are assigned to you, or by scope.',
  effect: 'read',
  endpoint: 'GET /issues',
  reach: 'items',
  // GitLab's own default is created_by_me; the tool has always promised the assigned ones.
  input: { state: state.optional(), scope: scope.default('assigned_to_me'), ...paging },
  examples: [{}, { state: 'opened', scope: 'created_by_me', per_page: 5 }],
  shows: ['references.full', ...issueFields],
});

export const getIssue = defineTool({
  name: 'get_issue',
  summary: 'Read one issue.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/issues/:issue_iid',
  input: { project_id: projectId, issue_iid: number },
  examples: [{ project_id: 'team/app', issue_iid: 1 }],
  shows: whole,
});

const content = {
  description: z.string().optional(),
  labels: labels.optional(),
  assignee_ids: ids.optional(),
  due_date: z.iso.date().optional(),
  confidential: flag.optional(),
};

export const createIssue = defineTool({
  name: 'create_issue',
  summary: 'Open an issue.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/issues',
  input: { project_id: projectId, title: text, ...content, milestone_id: number.optional() },
  examples: [
    { project_id: 'team/app', title: 'Login fails' },
    { project_id: 'team/app', title: 'Login fails', description: 'Since 1.2', labels: 'bug', assignee_ids: [1] },
  ],
  shows: whole,
  verifyWith: 'list_issues',
});

export const updateIssue = defineTool({
  name: 'update_issue',
  summary: 'Change an issue, close or reopen it; labels replaces all labels.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/issues/:issue_iid',
  input: {
    project_id: projectId,
    issue_iid: number,
    title: text.optional(),
    ...content,
    due_date: dateOrNone.optional(),
    milestone_id: idOrNone.optional(),
    state_event: z.enum(['close', 'reopen']).optional(),
  },
  examples: [
    { project_id: 'team/app', issue_iid: 1, title: 'Login fails on Safari' },
    { project_id: 'team/app', issue_iid: 1, state_event: 'close', labels: ['done'], due_date: '' },
  ],
  refuses: refuseNoChange('project_id', 'issue_iid'),
  shows: whole,
  verifyWith: 'get_issue',
});

export const deleteIssue = defineTool({
  name: 'delete_issue',
  summary: 'Delete an issue for good.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/issues/:issue_iid',
  input: { project_id: projectId, issue_iid: number },
  examples: [{ project_id: 'team/app', issue_iid: 45 }],
  readBack: isGone('the issue', 'GET /projects/:project_id/issues/:issue_iid'),
  verifyWith: 'get_issue',
});
