import * as z from 'zod';
import { flag, number, paging, projectId, text } from './inputs.ts';
import { localPage } from './local-page.ts';
import { placed, positionAsElsewhere, positionFault } from './position.ts';
import { isGone } from './read-back.ts';
import { positionFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';

const mergeRequest = { project_id: projectId, merge_request_iid: number };
const oneDraft = { ...mergeRequest, draft_note_id: number };
const shows = ['id', 'note', 'author_id', 'discussion_id', 'resolve_discussion', 'commit_id', ...positionFields];

export const listDraftNotes = defineTool({
  name: 'list_draft_notes',
  summary: 'List your draft notes on a merge request.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/draft_notes',
  input: mergeRequest,
  view: paging,
  examples: [
    { project_id: 'team/app', merge_request_iid: 2 },
    { project_id: 'team/app', merge_request_iid: 2, page: 1, per_page: 50 },
  ],
  shows,
  run: async (ask, { page, per_page, ...which }) => {
    const reply = await ask('GET /projects/:project_id/merge_requests/:merge_request_iid/draft_notes', which);
    return localPage(reply, { page, per_page });
  },
});

export const getDraftNote = defineTool({
  name: 'get_draft_note',
  summary: 'Read one draft note of yours.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id',
  input: oneDraft,
  examples: [{ project_id: 'team/app', merge_request_iid: 2, draft_note_id: 1 }],
  shows,
});

export const createDraftNote = defineTool({
  name: 'create_draft_note',
  summary: 'Write a draft note of your review, to be published later.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/merge_requests/:merge_request_iid/draft_notes',
  input: {
    ...mergeRequest,
    body: text,
    in_reply_to_discussion_id: text.optional(),
    resolve_discussion: flag.optional(),
    position: positionAsElsewhere.optional(),
  },
  examples: [
    { project_id: 'team/app', merge_request_iid: 2, body: 'Please add a test.' },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      body: 'Thank you.',
      in_reply_to_discussion_id: '9688eb9317f132883ca7871357c74e34a0837217',
      resolve_discussion: true,
    },
    {
      project_id: 'team/app',
      merge_request_iid: 2,
      body: 'Is this needed?',
      position: { new_path: 'src/login.ts', new_line: 1 },
    },
  ],
  refuses: (args) => positionFault(args.position),
  shows,
  verifyWith: 'list_draft_notes',
  run: async (ask, { body, position, ...rest }) => {
    const { project_id, merge_request_iid } = rest;
    const place = await placed(ask, { project_id, merge_request_iid }, position);
    const sent = { ...rest, note: body, position: place };
    return ask('POST /projects/:project_id/merge_requests/:merge_request_iid/draft_notes', sent);
  },
});

const draft = z.looseObject({ position: z.record(z.string(), z.unknown()).nullish() });

/** GitLab forgets where a draft stands unless an update says it again: lib/api/draft_notes.rb */
function positionOf(body: unknown): Readonly<Record<string, unknown>> | undefined {
  const known = Object.entries(draft.parse(body).position ?? {}).filter(([, value]) => value !== null);
  const place = Object.fromEntries(known);
  return place['base_sha'] === undefined ? undefined : place;
}

export const updateDraftNote = defineTool({
  name: 'update_draft_note',
  summary: 'Replace the text of a draft note.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id',
  input: { ...oneDraft, body: text },
  examples: [{ project_id: 'team/app', merge_request_iid: 2, draft_note_id: 1, body: 'Please add two tests.' }],
  shows,
  verifyWith: 'get_draft_note',
  run: async (ask, { body, ...where }) => {
    const path = '/projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id';
    const found = await ask(`GET ${path}`, where);
    return ask(`PUT ${path}`, { ...where, note: body, position: positionOf(found.body) });
  },
});

export const deleteDraftNote = defineTool({
  name: 'delete_draft_note',
  summary: 'Throw a draft note away.',
  effect: 'destructive',
  endpoint: 'DELETE /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id',
  input: oneDraft,
  examples: [{ project_id: 'team/app', merge_request_iid: 2, draft_note_id: 1 }],
  readBack: isGone(
    'the draft note',
    'GET /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id',
  ),
  verifyWith: 'list_draft_notes',
});

export const publishDraftNote = defineTool({
  name: 'publish_draft_note',
  summary: 'Publish one draft note.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/:draft_note_id/publish',
  once: true,
  input: oneDraft,
  examples: [{ project_id: 'team/app', merge_request_iid: 2, draft_note_id: 1 }],
  verifyWith: 'list_draft_notes',
});

export const bulkPublishDraftNotes = defineTool({
  name: 'bulk_publish_draft_notes',
  summary: 'Submit your review: publish all your draft notes on a merge request.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/merge_requests/:merge_request_iid/draft_notes/bulk_publish',
  input: mergeRequest,
  examples: [{ project_id: 'team/app', merge_request_iid: 2 }],
  verifyWith: 'list_draft_notes',
});
