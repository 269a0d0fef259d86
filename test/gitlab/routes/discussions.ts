import { integerParam, param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showNote, showThread, threadsOf } from '../entities/thread.ts';
import type { Note, Noteable, Thread } from '../entities/thread.ts';
import { levels } from '../entities/user.ts';
import { badRequest, forbidden, invalidParameters, noSuchRow, notFound } from '../errors.ts';
import { readPosition } from '../position.ts';
import { created, empty, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';
import { putThread, reply, resolveThread, startThread } from '../threads.ts';
import type { ThreadPlace } from '../threads.ts';
import { findIssue } from './issues.ts';
import { findMergeRequest } from './merge-requests.ts';

export const discussionRoutes: readonly Route[] = [
  ...routesBelow('issues', (context) => {
    const { id, iid } = findIssue(withIid(context, 'issue_iid'));
    return { type: 'Issue', id, iid };
  }),
  ...routesBelow('merge_requests', (context) => {
    const { id, iid } = findMergeRequest(withIid(context, 'merge_request_iid'));
    return { type: 'MergeRequest', id, iid };
  }),
  projectRoute('PUT /merge_requests/:noteable_id/discussions/:discussion_id', 'reporter', (context) => {
    const { id, iid } = findMergeRequest(withIid(context, 'merge_request_iid'));
    const noteable: Noteable = { type: 'MergeRequest', id, iid };
    context.input.require('resolved');
    const place = findThread(context, noteable);
    return json(shown(context, noteable, resolveThread(context, place, context.input.on('resolved'))));
  }),
];

/** GitLab names the number of what the notes hang on `noteable_id` here. */
function withIid(context: ProjectContext, name: string): ProjectContext {
  return { ...context, params: { ...context.params, [name]: param(context, 'noteable_id') } };
}

function routesBelow(parent: string, noteableOf: (context: ProjectContext) => Noteable): readonly Route[] {
  const notes = `/${parent}/:noteable_id/notes`;
  const discussions = `/${parent}/:noteable_id/discussions`;
  return [
    projectRoute(`GET ${notes}`, 'read', (context) => {
      const noteable = noteableOf(context);
      return list({
        rows: sortedNotes(context, noteable),
        show: (note) => showNote({ ...context, noteable }, note),
        defaults: { activity_filter: 'all_notes', order_by: 'created_at', sort: 'desc' },
      });
    }),
    projectRoute(`GET ${notes}/:note_id`, 'read', (context) => {
      const noteable = noteableOf(context);
      return json(showNote({ ...context, noteable }, findNote(context, noteable).note));
    }),
    projectRoute(`POST ${notes}`, 'take part', (context) => {
      const noteable = noteableOf(context);
      const note = { body: readBody(context), type: null, internal: context.input.on('internal') };
      const [first] = startThread(context, noteable, note).notes;
      return created(first && showNote({ ...context, noteable }, first));
    }),
    projectRoute(`PUT ${notes}/:note_id`, 'take part', (context) => json(edited(context, noteableOf(context)))),
    projectRoute(`DELETE ${notes}/:note_id`, 'take part', (context) => remove(context, noteableOf(context))),
    projectRoute(`GET ${discussions}`, 'read', (context) => {
      const noteable = noteableOf(context);
      const rows = threadsOf(context.project, noteable.type, noteable.iid);
      return list({ rows, show: (thread) => shown(context, noteable, thread) });
    }),
    projectRoute(`GET ${discussions}/:discussion_id`, 'read', (context) => {
      const noteable = noteableOf(context);
      return json(shown(context, noteable, findThread(context, noteable).thread));
    }),
    projectRoute(`POST ${discussions}`, 'take part', (context) => {
      const noteable = noteableOf(context);
      const position = noteable.type === 'MergeRequest' ? readPosition(context, noteable.iid) : null;
      const type = position === null ? 'DiscussionNote' : 'DiffNote';
      return created(
        shown(context, noteable, startThread(context, noteable, { body: readBody(context), type, position })),
      );
    }),
    projectRoute(`POST ${discussions}/:discussion_id/notes`, 'take part', (context) => {
      const noteable = noteableOf(context);
      const body = readBody(context);
      return created(showNote({ ...context, noteable }, reply(context, findThread(context, noteable), body)));
    }),
    projectRoute(`PUT ${discussions}/:discussion_id/notes/:note_id`, 'take part', (context) => {
      const { input } = context;
      const given = ['body', 'resolved'].filter((name) => input.has(name)).length;
      if (given === 0) throw invalidParameters('body, resolved are missing, exactly one parameter must be provided');
      if (given === 2) throw invalidParameters('body, resolved are mutually exclusive');
      const noteable = noteableOf(context);
      return json(input.has('body') ? edited(context, noteable) : resolved(context, noteable));
    }),
    projectRoute(`DELETE ${discussions}/:discussion_id/notes/:note_id`, 'take part', (context) =>
      remove(context, noteableOf(context)),
    ),
  ];
}

function readBody({ input }: ProjectContext): string {
  const body = input.requiredText('body');
  if (body.trim() === '') throw badRequest('Note {:note=>["can\'t be blank"]}');
  return body;
}

function shown(context: ProjectContext, noteable: Noteable, thread: Thread): unknown {
  return showThread({ ...context, noteable }, thread);
}

function sortedNotes({ project, input }: ProjectContext, noteable: Noteable): readonly Note[] {
  const by = input.oneOf('order_by', ['created_at', 'updated_at']) ?? 'created_at';
  const sign = input.oneOf('sort', ['asc', 'desc']) === 'asc' ? 1 : -1;
  const at = (note: Note): string => (by === 'created_at' ? note.createdAt : note.updatedAt);
  return threadsOf(project, noteable.type, noteable.iid)
    .flatMap((thread) => thread.notes)
    .toSorted((one, other) => sign * (at(one).localeCompare(at(other)) || one.id - other.id));
}

function findThread(context: ProjectContext, noteable: Noteable): ThreadPlace {
  const id = param(context, 'discussion_id');
  const thread = threadsOf(context.project, noteable.type, noteable.iid).find((each) => each.id === id);
  if (thread === undefined) throw notFound('Discussion');
  return { noteable, thread };
}

function findNote(context: ProjectContext, noteable: Noteable): ThreadPlace & { readonly note: Note } {
  const id = integerParam(context, 'note_id');
  for (const thread of threadsOf(context.project, noteable.type, noteable.iid)) {
    const note = thread.notes.find((each) => each.id === id);
    if (note !== undefined) return { noteable, thread, note };
  }
  throw noSuchRow();
}

/** The note, if the viewer may change it: its author, and maintainers. */
function ownNote(context: ProjectContext, noteable: Noteable): ReturnType<typeof findNote> {
  const found = findNote(context, noteable);
  if (found.note.authorId !== context.viewer.id && context.level < levels.maintainer) throw forbidden();
  return found;
}

function edited(context: ProjectContext, noteable: Noteable): unknown {
  const { thread, note } = ownNote(context, noteable);
  const changed = { ...note, body: readBody(context), updatedAt: context.store.timestamp() };
  putThread(context, noteable, { ...thread, notes: thread.notes.map((each) => (each === note ? changed : each)) });
  return showNote({ ...context, noteable }, changed);
}

function resolved(context: ProjectContext, noteable: Noteable): unknown {
  const { note, thread } = findNote(context, noteable);
  const after = resolveThread(context, { noteable, thread }, context.input.on('resolved'));
  const changed = after.notes.find((each) => each.id === note.id) ?? note;
  return showNote({ ...context, noteable }, changed);
}

function remove(context: ProjectContext, noteable: Noteable): ReturnType<typeof empty> {
  const { thread, note } = ownNote(context, noteable);
  putThread(context, noteable, { ...thread, notes: thread.notes.filter((each) => each !== note) });
  return empty();
}
