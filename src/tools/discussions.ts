import * as z from 'zod';
import { flag, number, paging, projectId, text } from './inputs.ts';
import { placed, position, positionFault } from './position.ts';
import { threadFields, writtenNoteFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const mergeRequest = { project_id: projectId, merge_request_iid: number };

export const mrDiscussions = defineTool({
  name: 'mr_discussions',
  summary: 'List the threads of a merge request: notes, positions, resolved or not.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/discussions',
  input: { ...mergeRequest, ...paging },
  examples: [
    { project_id: 'team/app', merge_request_iid: 2 },
    { project_id: 'team/app', merge_request_iid: 2, page: 1, per_page: 50 },
  ],
  shows: threadFields,
});

export const createNote = defineTool({
  name: 'create_note',
  summary: 'Comment on an issue or a merge request, outside any thread.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/issues/:noteable_iid/notes',
  input: {
    project_id: projectId,
    noteable_type: z.enum(['issue', 'merge_request']),
    noteable_iid: number,
    body: text,
  },
  examples: [
    { project_id: 'team/app', noteable_type: 'issue', noteable_iid: 1, body: 'Seen on Safari too.' },
    { project_id: 'team/app', noteable_type: 'merge_request', noteable_iid: 2, body: 'LGTM' },
  ],
  shows: writtenNoteFields,
  verifyWith: ['mr_discussions', 'list_issue_discussions'],
  run: async (ask, { noteable_type, ...sent }) =>
    noteable_type === 'issue'
      ? ask('POST /projects/:project_id/issues/:noteable_iid/notes', sent)
      : ask('POST /projects/:project_id/merge_requests/:noteable_iid/notes', sent),
});

export const createMergeRequestThread = defineTool({
  name: 'create_merge_request_thread',
  summary: 'Start a thread on a merge request, or with position on its diff.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/merge_requests/:merge_request_iid/discussions',
  input: { ...mergeRequest, body: text, position: position.optional() },
  examples: [
    { project_id: 'team/app', merge_request_iid: 2, body: 'Why now?' },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      body: 'Say what is healthy.',
      position: {
        base_sha: '32389f5e8e51e6235a48833ca610acf35aa0f0dd',
        start_sha: '32389f5e8e51e6235a48833ca610acf35aa0f0dd',
        head_sha: 'df9efc2efd64ae552f98fcc368922d78011a32ec',
        old_path: 'src/server.ts',
        new_path: 'src/server.ts',
        new_line: 5,
        line_range: {
          start: { line_code: 'bcc09dcb20cae54f483679309f0403fdcbd98121_4_4', old_line: 4, new_line: 4 },
          end: { line_code: 'bcc09dcb20cae54f483679309f0403fdcbd98121_6_5', type: 'new', new_line: 5 },
        },
      },
    },
  ],
  refuses: (args) => positionFault(args.position),
  shows: threadFields,
  verifyWith: 'mr_discussions',
  run: async (ask, { position: given, body, ...which }) => {
    const sent = { ...which, body, position: await placed(ask, which, given) };
    return ask('POST /projects/:project_id/merge_requests/:merge_request_iid/discussions', sent);
  },
});

export const createMergeRequestNote = defineTool({
  name: 'create_merge_request_note',
  summary: 'Comment on a merge request; with discussion_id, reply in that thread.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/merge_requests/:merge_request_iid/notes',
  or: {
    when: 'discussion_id',
    endpoint: 'POST /projects/:project_id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes',
  },
  input: { ...mergeRequest, discussion_id: text.optional(), body: text },
  examples: [
    { project_id: 'team/app', merge_request_iid: 2, body: 'Done.' },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      discussion_id: '9688eb9317f132883ca7871357c74e34a0837217',
      body: 'It is one now.',
    },
  ],
  shows: writtenNoteFields,
  verifyWith: 'mr_discussions',
});

export const updateMergeRequestNote = defineTool({
  name: 'update_merge_request_note',
  summary: 'Replace the text of a note, or resolve or reopen its thread.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid/discussions/:discussion_id/notes/:note_id',
  input: {
    ...mergeRequest,
    discussion_id: text,
    note_id: number,
    body: text.optional(),
    resolved: flag.optional(),
  },
  examples: [
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      discussion_id: '9688eb9317f132883ca7871357c74e34a0837217',
      note_id: 9006,
      body: 'Why is it no constant?',
    },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      discussion_id: '9688eb9317f132883ca7871357c74e34a0837217',
      note_id: 9006,
      resolved: true,
    },
  ],
  refuses: ({ body, resolved }) =>
    (body === undefined) === (resolved === undefined) ? 'Give either body or resolved.' : undefined,
  shows: writtenNoteFields,
  verifyWith: 'mr_discussions',
});
