import { diffRefs } from '../entities/merge-request.ts';
import { setThreads } from '../entities/thread.ts';
import type { Note, Noteable, Position, Thread } from '../entities/thread.ts';
import type { Project } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { createHash } from 'node:crypto';
import { hour } from './calendar.ts';
import { people } from './people.ts';

/** Notes on issue #1 and, with a resolved and an open diff thread, on !2. */
export function seedTalk(store: Store, app: Project): void {
  const issue = app.issues.get(1);
  const mr = app.mergeRequests.get(2);
  if (issue === undefined || mr === undefined) return;
  const note = noteMaker(store);
  talk(app, { type: 'Issue', id: issue.id, iid: 1 }, [
    [note({ body: 'I can reproduce it.', authorId: people.bob })],
    [note({ body: 'Which browser?', type: 'DiscussionNote' }), note({ body: 'All of them.', type: 'DiscussionNote' })],
    [note({ body: 'assigned to @bob', system: true })],
  ]);
  const { base, head } = diffRefs(store, app, mr);
  const position: Position = {
    base_sha: base ?? '',
    start_sha: base ?? '',
    head_sha: head ?? '',
    old_path: 'src/server.ts',
    new_path: 'src/server.ts',
    position_type: 'text',
    old_line: null,
    new_line: 5,
  };
  const resolution = { resolvedById: people.bob, resolvedAt: hour(48) };
  talk(app, { type: 'MergeRequest', id: mr.id, iid: 2 }, [
    [note({ body: 'Looks good in general.' })],
    [
      note({ body: 'Why not a constant?', type: 'DiffNote', position }),
      note({ body: 'Right, I will.', type: 'DiffNote', position }),
    ],
    [note({ body: 'Please add a test.', type: 'DiscussionNote', ...resolution })],
    [note({ body: 'requested review from @alice', system: true, authorId: people.bob })],
  ]);
}

type MakeNote = (note: Partial<Note> & Pick<Note, 'body'>) => Note;

function noteMaker(store: Store): MakeNote {
  let made = 0;
  return (note) => {
    made += 1;
    return {
      id: store.nextId('note'),
      type: null,
      authorId: people.alice,
      system: false,
      internal: false,
      position: null,
      createdAt: hour(46 + made),
      updatedAt: hour(46 + made),
      resolvedById: null,
      resolvedAt: null,
      ...note,
    };
  };
}

function talk(project: Project, noteable: Noteable, threads: readonly (readonly Note[])[]): void {
  const made = threads.map((notes): Thread => {
    const [first] = notes;
    const id = createHash('sha1')
      .update(`discussion ${String(first?.id)}`)
      .digest('hex');
    return { id, individual: first?.type === null, notes };
  });
  setThreads(project, noteable, made);
}
