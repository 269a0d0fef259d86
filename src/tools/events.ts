import * as z from 'zod';
import { day } from './dates.ts';
import { paging, projectId } from './inputs.ts';
import { defineTool } from './tool.ts';

const shown = [
  'project_id',
  'action_name',
  'target_type',
  'target_iid',
  'target_id',
  'target_title',
  'author_username',
  'created_at',
  'push_data.action',
  'push_data.ref_type',
  'push_data.ref',
  'push_data.commit_count',
  'push_data.commit_from',
  'push_data.commit_to',
  'push_data.commit_title',
  'note.noteable_type',
  'note.noteable_iid',
  'note.body',
  'wiki_page.slug',
  'wiki_page.title',
];

const filters = {
  action: z
    .enum([
      'approved',
      'closed',
      'commented',
      'created',
      'destroyed',
      'expired',
      'joined',
      'left',
      'merged',
      'pushed',
      'reopened',
      'updated',
    ])
    .optional(),
  target_type: z
    .enum(['issue', 'milestone', 'merge_request', 'note', 'project', 'snippet', 'user', 'wiki', 'design'])
    .optional(),
  after: day.optional(),
  before: day.optional(),
  ...paging,
};

const given = { after: '2026-01-05', before: '2026-02-01', page: 1, per_page: 50 } as const;

export const listEvents = defineTool({
  name: 'list_events',
  summary: 'List what you did in GitLab.',
  effect: 'read',
  endpoint: 'GET /events',
  reach: 'items',
  input: filters,
  examples: [{}, { action: 'commented', target_type: 'note', ...given }],
  shows: shown,
});

export const getProjectEvents = defineTool({
  name: 'get_project_events',
  summary: 'List what happened in a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/events',
  input: { project_id: projectId, ...filters },
  examples: [{ project_id: 'team/app' }, { project_id: 'team/app', action: 'created', target_type: 'issue', ...given }],
  shows: shown,
});
