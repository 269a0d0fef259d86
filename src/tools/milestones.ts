import * as z from 'zod';
import { dateOrNone, refuseNoChange } from './changes.ts';
import { jsonBlock } from './content.ts';
import { number, paging, projectId, text } from './inputs.ts';
import { localPage } from './local-page.ts';
import { isAsAsked, isGone } from './read-back.ts';
import { issueFields, mergeRequestFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const oneMilestone = { project_id: projectId, milestone_id: number };

const shows = [
  'id',
  'iid',
  'title',
  'state',
  'description',
  'start_date',
  'due_date',
  'expired',
  'project_id',
  'group_id',
  'created_at',
  'updated_at',
  'web_url',
];

const list = z.array(z.unknown());

const content = {
  description: z.string().optional(),
  start_date: z.iso.date().optional(),
  due_date: z.iso.date().optional(),
};

export const listMilestones = defineTool({
  name: 'list_milestones',
  summary: 'List milestones of a project; search looks in title and description.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/milestones',
  input: {
    project_id: projectId,
    state: z.enum(['active', 'closed']).optional(),
    search: text.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', state: 'active', search: 'v1', page: 1, per_page: 50 },
  ],
  shows,
});

export const getMilestone = defineTool({
  name: 'get_milestone',
  summary: 'Read one milestone.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/milestones/:milestone_id',
  input: oneMilestone,
  examples: [{ project_id: 'team/app', milestone_id: 301 }],
  shows,
});

export const createMilestone = defineTool({
  name: 'create_milestone',
  summary: 'Create a milestone in a project.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/milestones',
  input: { project_id: projectId, title: text, ...content },
  examples: [
    { project_id: 'team/app', title: 'v1.3' },
    {
      project_id: 'team/app',
      title: 'v1.4',
      description: 'The search',
      start_date: '2026-02-01',
      due_date: '2026-03-31',
    },
  ],
  shows,
  // A title is unique in its project: https://docs.gitlab.com/user/project/milestones/
  readBack: {
    compares: ['title', 'description', 'start_date', 'due_date'],
    look: async (ask, { project_id, ...given }) => {
      const { body } = await ask('GET /projects/:project_id/milestones', { project_id, title: given.title });
      const found = list.parse(body).find((each) => isAsAsked(each, given));
      return found === undefined ? 'not so' : { words: `the milestone ${given.title} is there, as given`, body: found };
    },
  },
  verifyWith: 'list_milestones',
});

export const editMilestone = defineTool({
  name: 'edit_milestone',
  summary: 'Change a milestone, close it or activate it again.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/milestones/:milestone_id',
  input: {
    ...oneMilestone,
    title: text.optional(),
    ...content,
    start_date: dateOrNone.optional(),
    due_date: dateOrNone.optional(),
    state_event: z.enum(['close', 'activate']).optional(),
  },
  examples: [
    { project_id: 'team/app', milestone_id: 301, due_date: '2027-12-24' },
    {
      project_id: 'team/app',
      milestone_id: 301,
      title: 'v1.2.0',
      description: 'The login',
      start_date: '2026-01-06',
      due_date: '2027-12-31',
      state_event: 'close',
    },
  ],
  refuses: refuseNoChange('project_id', 'milestone_id'),
  shows,
  verifyWith: 'get_milestone',
});

export const deleteMilestone = defineTool({
  name: 'delete_milestone',
  summary: 'Delete a milestone; its issues and merge requests stay, without it.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/milestones/:milestone_id',
  input: oneMilestone,
  examples: [{ project_id: 'team/app', milestone_id: 302 }],
  readBack: isGone('the milestone', 'GET /projects/:project_id/milestones/:milestone_id'),
  verifyWith: 'get_milestone',
});

export const getMilestoneIssues = defineTool({
  name: 'get_milestone_issues',
  summary: 'List the issues of a milestone.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/milestones/:milestone_id/issues',
  input: { ...oneMilestone, ...paging },
  examples: [
    { project_id: 'team/app', milestone_id: 301 },
    { project_id: 'team/app', milestone_id: 301, page: 1, per_page: 2 },
  ],
  shows: ['project_id', ...issueFields, 'weight'],
});

export const getMilestoneMergeRequests = defineTool({
  name: 'get_milestone_merge_requests',
  summary: 'List the merge requests of a milestone.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/milestones/:milestone_id/merge_requests',
  input: { ...oneMilestone, ...paging },
  examples: [
    { project_id: 'team/app', milestone_id: 301 },
    { project_id: 'team/app', milestone_id: 301, page: 1, per_page: 2 },
  ],
  shows: ['project_id', ...mergeRequestFields],
});

export const promoteMilestone = defineTool({
  name: 'promote_milestone',
  summary: "Make a milestone one of the project's group; this cannot be undone.",
  effect: 'write',
  endpoint: 'POST /projects/:project_id/milestones/:milestone_id/promote',
  reach: 'beyond',
  input: oneMilestone,
  examples: [{ project_id: 'team/app', milestone_id: 301 }],
  // GitLab answers with the bare status number.
  reply: () => [jsonBlock({ done: true })],
  verifyWith: 'get_milestone',
});

export const getMilestoneBurndownEvents = defineTool({
  name: 'get_milestone_burndown_events',
  summary: 'List what changed the open issues of a milestone, for a burndown chart (Premium).',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/milestones/:milestone_id/burndown_events',
  input: oneMilestone,
  view: paging,
  examples: [
    { project_id: 'team/app', milestone_id: 301 },
    { project_id: 'team/app', milestone_id: 301, page: 1, per_page: 100 },
  ],
  shows: ['created_at', 'action', 'weight'],
  run: async (ask, { page, per_page, ...which }) => {
    const reply = await ask('GET /projects/:project_id/milestones/:milestone_id/burndown_events', which);
    return localPage(reply, { page, per_page });
  },
});
