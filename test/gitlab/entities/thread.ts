import type { Store } from '../store.ts';
import type { Project } from './project.ts';
import { showUserId } from './user.ts';

export type NoteableType = 'Issue' | 'MergeRequest';

export interface Position {
  readonly base_sha: string;
  readonly start_sha: string;
  readonly head_sha: string;
  readonly old_path: string | null;
  readonly new_path: string | null;
  readonly position_type: string;
  readonly old_line: number | null;
  readonly new_line: number | null;
}

export interface Note {
  readonly id: number;
  readonly type: 'DiscussionNote' | 'DiffNote' | null;
  readonly body: string;
  readonly authorId: number;
  readonly system: boolean;
  readonly internal: boolean;
  readonly position: Position | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly resolvedById: number | null;
  readonly resolvedAt: string | null;
}

/** A discussion: one note that stands alone (`individual`), or a thread. */
export interface Thread {
  readonly id: string;
  readonly individual: boolean;
  readonly notes: readonly Note[];
}

export interface DraftNote {
  readonly id: number;
  readonly mergeRequestIid: number;
  readonly authorId: number;
  readonly note: string;
  readonly discussionId: string | null;
  readonly resolveDiscussion: boolean;
  readonly position: Position | null;
}

/** What notes hang on. */
export interface Noteable {
  readonly type: NoteableType;
  readonly id: number;
  readonly iid: number;
}

export function threadsOf(project: Project, type: NoteableType, iid: number): readonly Thread[] {
  return project.threads.get(`${type}/${String(iid)}`) ?? [];
}

export function setThreads(project: Project, noteable: Noteable, threads: readonly Thread[]): void {
  project.threads.set(`${noteable.type}/${String(noteable.iid)}`, [...threads]);
}

export function countUserNotes(project: Project, type: NoteableType, iid: number): number {
  return threadsOf(project, type, iid).reduce(
    (sum, thread) => sum + thread.notes.filter((note) => !note.system).length,
    0,
  );
}

/** Whether the note takes part in "resolve thread". */
function isResolvable(noteable: Noteable, note: Note): boolean {
  return noteable.type === 'MergeRequest' && note.type !== null && !note.system;
}

export function hasUnresolvedThread(project: Project, iid: number): boolean {
  const noteable: Noteable = { type: 'MergeRequest', id: 0, iid };
  return threadsOf(project, 'MergeRequest', iid).some((thread) =>
    thread.notes.some((note) => isResolvable(noteable, note) && note.resolvedAt === null),
  );
}

interface NotePlace {
  readonly store: Store;
  readonly project: Project;
  readonly noteable: Noteable;
}

export function showNote({ store, project, noteable }: NotePlace, note: Note): unknown {
  const resolvable = isResolvable(noteable, note);
  return {
    id: note.id,
    type: note.type,
    body: note.body,
    attachment: null,
    author: showUserId(store, note.authorId),
    created_at: note.createdAt,
    updated_at: note.updatedAt,
    system: note.system,
    noteable_id: noteable.id,
    noteable_type: noteable.type,
    project_id: project.id,
    ...(note.position && { commit_id: null, position: { ...note.position, line_range: null }, suggestions: [] }),
    resolvable,
    ...(resolvable && {
      resolved: note.resolvedAt !== null,
      resolved_by: showUserId(store, note.resolvedById),
      resolved_at: note.resolvedAt,
    }),
    confidential: note.internal,
    internal: note.internal,
    imported: false,
    imported_from: 'none',
    noteable_iid: noteable.iid,
    commands_changes: {},
  };
}

export function showThread(place: NotePlace, thread: Thread): unknown {
  return {
    id: thread.id,
    individual_note: thread.individual,
    notes: thread.notes.map((note) => showNote(place, note)),
  };
}

export function showDraftNote(mergeRequestId: number, draft: DraftNote): unknown {
  return {
    id: draft.id,
    author_id: draft.authorId,
    merge_request_id: mergeRequestId,
    resolve_discussion: draft.resolveDiscussion,
    discussion_id: draft.discussionId,
    note: draft.note,
    commit_id: null,
    line_code: null,
    position: draft.position ?? {
      base_sha: null,
      start_sha: null,
      head_sha: null,
      old_path: null,
      new_path: null,
      position_type: 'text',
      old_line: null,
      new_line: null,
      line_range: null,
    },
  };
}
