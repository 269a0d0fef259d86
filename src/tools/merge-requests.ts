import * as z from 'zod';
import { Failure } from '../errors.ts';
import { showDiffs } from './diff.ts';
import { flag, number, paging, projectId, text } from './inputs.ts';
import { defineTool } from './tool.ts';

const listed = [
  'iid',
  'title',
  'state',
  'draft',
  'source_branch',
  'target_branch',
  'author.username',
  'assignees.username',
  'reviewers.username',
  'labels',
  'milestone.title',
  'detailed_merge_status',
  'has_conflicts',
  'user_notes_count',
  'created_at',
  'updated_at',
  'web_url',
];

const whole = [
  'id',
  'project_id',
  ...listed,
  'description',
  'sha',
  'diff_refs',
  'changes_count',
  'source_project_id',
  'target_project_id',
  'blocking_discussions_resolved',
  'head_pipeline.id',
  'head_pipeline.status',
  'head_pipeline.web_url',
  'merge_when_pipeline_succeeds',
  'squash',
  'should_remove_source_branch',
  'merge_error',
  'merge_commit_sha',
  'squash_commit_sha',
  'merge_user.username',
  'merged_at',
  'closed_by.username',
  'closed_at',
  'references.full',
];

const oneMergeRequest = { project_id: projectId, merge_request_iid: number };

export const listMergeRequests = defineTool({
  name: 'list_merge_requests',
  summary: 'List merge requests of a project.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests',
  input: {
    project_id: projectId,
    state: z.enum(['opened', 'closed', 'merged', 'all']).optional(),
    scope: z.enum(['created_by_me', 'assigned_to_me', 'all']).optional(),
    order_by: z.enum(['created_at', 'updated_at']).optional(),
    sort: z.enum(['asc', 'desc']).optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    { project_id: 'team/app', state: 'opened', scope: 'all', order_by: 'updated_at', sort: 'desc', per_page: 10 },
  ],
  shows: listed,
});

const list = z.array(z.looseObject({ iid: z.number() }));

export const getMergeRequest = defineTool({
  name: 'get_merge_request',
  summary: 'Read one merge request by its number or by its source branch.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid',
  input: { project_id: projectId, merge_request_iid: number.optional(), branch_name: text.optional() },
  examples: [
    { project_id: 'team/app', merge_request_iid: 1 },
    { project_id: 'team/app', branch_name: 'feature' },
  ],
  refuses: ({ merge_request_iid, branch_name }) =>
    merge_request_iid === undefined && branch_name === undefined ? 'Give merge_request_iid or branch_name.' : undefined,
  shows: whole,
  run: async (ask, { project_id, merge_request_iid, branch_name }) => {
    const one = 'GET /projects/:project_id/merge_requests/:merge_request_iid';
    if (merge_request_iid !== undefined) return ask(one, { project_id, merge_request_iid });
    const byBranch = { project_id, source_branch: branch_name, per_page: 1 };
    const { body } = await ask('GET /projects/:project_id/merge_requests', byBranch);
    const [found] = list.parse(body);
    if (found === undefined) {
      const words = `No merge request of ${project_id} has the source branch ${String(branch_name)}. See list_merge_requests.`;
      throw new Failure('GITLAB_NOT_FOUND', words);
    }
    return ask(one, { project_id, merge_request_iid: found.iid });
  },
});

export const getMergeRequestDiffs = defineTool({
  name: 'get_merge_request_diffs',
  summary: 'Read the changes of a merge request, a page of files at a time.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/diffs',
  input: { ...oneMergeRequest, ...paging },
  examples: [
    { project_id: 'team/app', merge_request_iid: 1 },
    { project_id: 'team/app', merge_request_iid: 1, page: 2, per_page: 5 },
  ],
  reply: showDiffs,
});

export const mrDiscussions = defineTool({
  name: 'mr_discussions',
  summary: 'List the threads of a merge request with their notes, positions and whether they are resolved.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/discussions',
  input: { ...oneMergeRequest, ...paging },
  examples: [
    { project_id: 'team/app', merge_request_iid: 1 },
    { project_id: 'team/app', merge_request_iid: 1, page: 1, per_page: 50 },
  ],
  shows: [
    'id',
    'individual_note',
    'notes.id',
    'notes.author.username',
    'notes.body',
    'notes.created_at',
    'notes.system',
    'notes.resolvable',
    'notes.resolved',
    'notes.resolved_by.username',
    'notes.position.old_path',
    'notes.position.new_path',
    'notes.position.old_line',
    'notes.position.new_line',
    'notes.position.line_range',
  ],
});

export const mergeMergeRequest = defineTool({
  name: 'merge_merge_request',
  summary: 'Merge a merge request; give sha so that only the reviewed commit is merged.',
  effect: 'destructive',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid/merge',
  once: true,
  input: {
    ...oneMergeRequest,
    sha: text.optional(),
    merge_commit_message: text.optional(),
    squash: flag.optional(),
    should_remove_source_branch: flag.optional(),
    auto_merge: flag.optional().describe('Merge when the pipeline succeeds.'),
  },
  examples: [
    { project_id: 'team/app', merge_request_iid: 1 },
    {
      project_id: 'team/app',
      merge_request_iid: 1,
      squash: true,
      should_remove_source_branch: true,
      sha: 'a'.repeat(40),
    },
  ],
  shows: whole,
  verifyWith: 'get_merge_request',
});
