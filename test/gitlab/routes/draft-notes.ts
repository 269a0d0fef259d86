import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showDraftNote, threadsOf } from '../entities/thread.ts';
import type { DraftNote, Noteable } from '../entities/thread.ts';
import { badRequest, noSuchRow, refuse } from '../errors.ts';
import { readPosition } from '../position.ts';
import { created, empty, json } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';
import { reply, resolveThread, startThread } from '../threads.ts';
import { findMergeRequest } from './merge-requests.ts';

const base = '/merge_requests/:merge_request_iid/draft_notes';

/** Draft notes are seen and changed by their author only. */
export const draftNoteRoutes: readonly Route[] = [
  // Not cut into pages (lib/api/draft_notes.rb).
  projectRoute(`GET ${base}`, 'take part', (context) => {
    const { id } = findMergeRequest(context);
    return json(ownDrafts(context).map((draft) => showDraftNote(id, draft)));
  }),
  projectRoute(`GET ${base}/:draft_note_id`, 'take part', (context) => json(shown(context, findDraft(context)))),
  projectRoute(`POST ${base}`, 'take part', (context) => created(shown(context, create(context)))),
  projectRoute(`PUT ${base}/:draft_note_id`, 'take part', (context) => {
    const { input, project } = context;
    const note = input.text('note') ?? '';
    if (note === '') throw badRequest('Missing params to modify');
    const draft = findDraft(context);
    const position = input.has('position') ? readPosition(context, draft.mergeRequestIid) : draft.position;
    const changed = { ...draft, note, position };
    project.draftNotes.set(draft.id, changed);
    return json(shown(context, changed));
  }),
  projectRoute(`DELETE ${base}/:draft_note_id`, 'take part', (context) => {
    context.project.draftNotes.delete(findDraft(context).id);
    return empty();
  }),
  projectRoute(`PUT ${base}/:draft_note_id/publish`, 'take part', (context) => {
    publish(context, findDraft(context));
    return empty();
  }),
  projectRoute(`POST ${base}/bulk_publish`, 'take part', (context) => {
    for (const draft of ownDrafts(context)) publish(context, draft);
    return empty();
  }),
];

function shown(context: ProjectContext, draft: DraftNote): unknown {
  return showDraftNote(findMergeRequest(context).id, draft);
}

function ownDrafts(context: ProjectContext): readonly DraftNote[] {
  const { iid } = findMergeRequest(context);
  return [...context.project.draftNotes.values()].filter(
    (draft) => draft.mergeRequestIid === iid && draft.authorId === context.viewer.id,
  );
}

function findDraft(context: ProjectContext): DraftNote {
  const id = integerParam(context, 'draft_note_id');
  const draft = ownDrafts(context).find((each) => each.id === id);
  if (draft === undefined) throw noSuchRow();
  return draft;
}

function create(context: ProjectContext): DraftNote {
  const { store, project, viewer, input } = context;
  const { iid } = findMergeRequest(context);
  const note = input.requiredText('note');
  if (note.trim() === '') throw refuse(400, { note: ["can't be blank"] });
  const discussionId = input.textOr('in_reply_to_discussion_id', null);
  const known = threadsOf(project, 'MergeRequest', iid).some((thread) => thread.id === discussionId);
  if (discussionId !== null && !known) throw refuse(400, { base: ['Thread to reply to cannot be found'] });
  const draft: DraftNote = {
    id: store.nextId('draft note'),
    mergeRequestIid: iid,
    authorId: viewer.id,
    note,
    discussionId,
    resolveDiscussion: input.on('resolve_discussion'),
    position: readPosition(context, iid),
  };
  project.draftNotes.set(draft.id, draft);
  return draft;
}

/** Makes a note of the draft: an answer in its thread, or a new one. */
function publish(context: ProjectContext, draft: DraftNote): void {
  const { id, iid } = findMergeRequest(context);
  const noteable: Noteable = { type: 'MergeRequest', id, iid };
  const inThread = (): ReturnType<typeof threadsOf>[number] | undefined =>
    threadsOf(context.project, 'MergeRequest', iid).find((each) => each.id === draft.discussionId);
  const thread = inThread();
  if (thread === undefined) {
    const type = draft.position === null ? null : 'DiffNote';
    startThread(context, noteable, { body: draft.note, type, position: draft.position });
  } else {
    reply(context, { noteable, thread }, draft.note);
  }
  const after = inThread();
  if (after !== undefined && draft.resolveDiscussion) resolveThread(context, { noteable, thread: after }, true);
  context.project.draftNotes.delete(draft.id);
}
