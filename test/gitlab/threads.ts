import { createHash } from 'node:crypto';
import type { ProjectContext } from './context.ts';
import { setThreads, threadsOf } from './entities/thread.ts';
import type { Note, Noteable, Position, Thread } from './entities/thread.ts';
import { record } from './events.ts';

interface NewNote {
  readonly body: string;
  readonly type: Note['type'];
  readonly position?: Position | null;
  readonly internal?: boolean;
}

/** Starts a discussion with a first note. */
export function startThread(context: ProjectContext, noteable: Noteable, note: NewNote): Thread {
  const { project } = context;
  const first = createNote(context, noteable, note);
  const id = createHash('sha1')
    .update(`discussion ${String(first.id)}`)
    .digest('hex');
  const thread: Thread = { id, individual: note.type === null, notes: [first] };
  setThreads(project, noteable, [...threadsOf(project, noteable.type, noteable.iid), thread]);
  return thread;
}

/** Adds an answer; a note that stood alone becomes a thread. */
export function reply(context: ProjectContext, place: ThreadPlace, body: string): Note {
  const { noteable, thread } = place;
  const type = thread.notes[0]?.type === 'DiffNote' ? 'DiffNote' : 'DiscussionNote';
  const { position = null } = thread.notes[0] ?? {};
  const note = createNote(context, noteable, { body, type, position });
  const notes = thread.individual
    ? thread.notes.map((each): Note => ({ ...each, type: 'DiscussionNote' }))
    : thread.notes;
  putThread(context, noteable, { ...thread, individual: false, notes: [...notes, note] });
  return note;
}

export interface ThreadPlace {
  readonly noteable: Noteable;
  readonly thread: Thread;
}

/** Marks all notes of a thread resolved or not. */
export function resolveThread(context: ProjectContext, { noteable, thread }: ThreadPlace, resolved: boolean): Thread {
  const notes = thread.notes.map((note): Note => ({
    ...note,
    resolvedAt: resolved ? context.store.timestamp() : null,
    resolvedById: resolved ? context.viewer.id : null,
  }));
  return putThread(context, noteable, { ...thread, notes });
}

/** Puts a changed thread in its place; one without notes goes away. */
export function putThread({ project }: ProjectContext, noteable: Noteable, thread: Thread): Thread {
  const others = threadsOf(project, noteable.type, noteable.iid);
  const changed = others.map((each) => (each.id === thread.id ? thread : each));
  setThreads(
    project,
    noteable,
    changed.filter((each) => each.notes.length > 0),
  );
  return thread;
}

function createNote(context: ProjectContext, noteable: Noteable, note: NewNote): Note {
  const { store, viewer } = context;
  const { body, type, position = null, internal = false } = note;
  const id = store.nextId('note');
  const createdAt = store.timestamp();
  record(context, {
    action: 'commented on',
    target: { targetId: id, targetIid: noteable.iid, targetType: type ?? 'Note', targetTitle: body.slice(0, 80) },
  });
  return {
    id,
    type,
    body,
    authorId: viewer.id,
    system: false,
    internal,
    position,
    createdAt,
    updatedAt: createdAt,
    resolvedById: null,
    resolvedAt: null,
  };
}
