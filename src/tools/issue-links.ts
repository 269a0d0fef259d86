import * as z from 'zod';
import { number, paging, projectId } from './inputs.ts';
import { localPage } from './local-page.ts';
import { isGone } from './read-back.ts';
import { inside, issueFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const issue = { project_id: projectId, issue_iid: number };
const link = { ...issue, link_id: number };
const end = ['project_id', 'iid', 'title', 'state', 'references.full', 'web_url'];
const shows = ['id', 'link_type', ...inside('source_issue', end), ...inside('target_issue', end)];

export const listIssueLinks = defineTool({
  name: 'list_issue_links',
  summary: 'List the issues linked to an issue.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/issues/:issue_iid/links',
  input: issue,
  view: paging,
  examples: [
    { project_id: 'team/app', issue_iid: 1 },
    { project_id: 'team/app', issue_iid: 1, page: 1, per_page: 50 },
  ],
  shows: ['issue_link_id', 'link_type', 'link_created_at', 'project_id', 'references.full', ...issueFields],
  run: async (ask, { page, per_page, ...which }) => {
    const reply = await ask('GET /projects/:project_id/issues/:issue_iid/links', which);
    return localPage(reply, { page, per_page });
  },
});

export const getIssueLink = defineTool({
  name: 'get_issue_link',
  summary: 'Read one issue link with its two issues.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/issues/:issue_iid/links/:link_id',
  input: link,
  examples: [{ project_id: 'team/app', issue_iid: 1, link_id: 1 }],
  shows,
});

export const createIssueLink = defineTool({
  name: 'create_issue_link',
  summary: 'Link an issue to another one.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/issues/:issue_iid/links',
  input: {
    ...issue,
    target_project_id: projectId,
    target_issue_iid: number,
    link_type: z.enum(['relates_to', 'blocks', 'is_blocked_by']).optional(),
  },
  examples: [
    { project_id: 'team/app', issue_iid: 1, target_project_id: 'team/app', target_issue_iid: 2 },
    {
      project_id: 'team/app',
      issue_iid: 1,
      target_project_id: 'team/lib',
      target_issue_iid: 1,
      link_type: 'blocks',
    },
  ],
  shows,
  verifyWith: 'list_issue_links',
});

export const deleteIssueLink = defineTool({
  name: 'delete_issue_link',
  summary: 'Remove the link between two issues.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/issues/:issue_iid/links/:link_id',
  input: link,
  examples: [{ project_id: 'team/app', issue_iid: 1, link_id: 1 }],
  shows,
  readBack: isGone('the link', 'GET /projects/:project_id/issues/:issue_iid/links/:link_id'),
  verifyWith: 'list_issue_links',
});
