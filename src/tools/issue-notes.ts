import { number, paging, projectId, text } from './inputs.ts';
import { threadFields, writtenNoteFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const issue = { project_id: projectId, issue_iid: number };

export const listIssueDiscussions = defineTool({
  name: 'list_issue_discussions',
  summary: 'List the threads and comments of an issue.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/issues/:issue_iid/discussions',
  input: { ...issue, ...paging },
  examples: [
    { project_id: 'team/app', issue_iid: 1 },
    { project_id: 'team/app', issue_iid: 1, page: 1, per_page: 50 },
  ],
  shows: threadFields,
});

export const createIssueNote = defineTool({
  name: 'create_issue_note',
  summary: 'Comment on an issue; with discussion_id, reply in that thread.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/issues/:issue_iid/notes',
  or: {
    when: 'discussion_id',
    endpoint: 'POST /projects/:project_id/issues/:issue_iid/discussions/:discussion_id/notes',
  },
  input: { ...issue, discussion_id: text.optional(), body: text },
  examples: [
    { project_id: 'team/app', issue_iid: 1, body: 'Seen on Safari too.' },
    {
      project_id: 'team/app',
      issue_iid: 1,
      discussion_id: '20df9a21a33dea4637835e1491f2ec46292729ca',
      body: 'Fixed in !2.',
    },
  ],
  shows: writtenNoteFields,
  verifyWith: 'list_issue_discussions',
});

export const updateIssueNote = defineTool({
  name: 'update_issue_note',
  summary: 'Replace the text of a comment on an issue.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/issues/:issue_iid/discussions/:discussion_id/notes/:note_id',
  input: { ...issue, discussion_id: text, note_id: number, body: text },
  examples: [
    {
      project_id: 'team/app',
      issue_iid: 1,
      discussion_id: '20df9a21a33dea4637835e1491f2ec46292729ca',
      note_id: 9002,
      body: 'Which browser, and which version?',
    },
  ],
  shows: writtenNoteFields,
  verifyWith: 'list_issue_discussions',
});
