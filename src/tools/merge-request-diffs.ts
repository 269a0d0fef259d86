import { diffReply, diffView, showComparison, showDiffs } from './diff.ts';
import { flag, number, paging, projectId, text } from './inputs.ts';
import type { Tool } from './tool.ts';
import { defineTool } from './tool.ts';

const oneMergeRequest = { project_id: projectId, merge_request_iid: number };

export const getMergeRequestDiffs = defineTool({
  name: 'get_merge_request_diffs',
  summary: 'Read the diffs of a merge request, a page of files at a time.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/diffs',
  input: { ...oneMergeRequest, ...paging },
  view: diffView,
  examples: [
    { project_id: 'team/app', merge_request_iid: 2 },
    { project_id: 'team/app', merge_request_iid: 6, page: 2, per_page: 10, files: ['src/', '!*.test.ts'] },
  ],
  reply: showDiffs,
});

/** Callers know it by both names; what only one of them offers costs the listing less. */
export const listMergeRequestDiffs: Tool = {
  ...getMergeRequestDiffs,
  name: 'list_merge_request_diffs',
  view: {},
  reply: diffReply('ask for this file alone with get_merge_request_diffs and files'),
  examples: [
    { project_id: 'team/app', merge_request_iid: 2 },
    { project_id: 'team/app', merge_request_iid: 6, page: 2, per_page: 10 },
  ],
};

export const getBranchDiffs = defineTool({
  name: 'get_branch_diffs',
  summary: 'Compare two branches, tags or commits: commits and diffs between them.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/compare',
  input: {
    project_id: projectId,
    from: text,
    to: text,
    straight: flag.optional().describe('From tip to tip, not from the merge base.'),
  },
  view: { ...diffView, ...paging },
  examples: [
    { project_id: 'team/app', from: 'main', to: 'feature/login' },
    {
      project_id: 'team/app',
      from: 'v1.0.0',
      to: 'v1.1.0',
      straight: true,
      files: ['*.md', '!docs/'],
      page: 1,
      per_page: 50,
    },
  ],
  reply: showComparison,
});
