import { refuse } from '../errors.ts';
import { createBlob, treeAt } from './repository.ts';
import type { Change, Entry, Repository } from './repository.ts';

/** One step of a commit, in the words of `POST /projects/:id/repository/commits`. */
export interface FileAction {
  readonly action: 'create' | 'update' | 'delete' | 'move' | 'chmod';
  readonly filePath: string;
  readonly previousPath?: string | undefined;
  readonly content?: string | undefined;
  readonly encoding?: 'text' | 'base64' | undefined;
  readonly lastCommitId?: string | undefined;
  readonly executable?: boolean | undefined;
}

/** What a commit with these actions changes, or GitLab's refusal. */
export function changesOf(
  repository: Repository,
  headSha: string | undefined,
  actions: readonly FileAction[],
): ReadonlyMap<string, Change> {
  const tree = new Map<string, Change>(headSha === undefined ? [] : treeAt(repository, headSha));
  const changes = new Map<string, Change>();
  const write = (path: string, change: Change): void => {
    tree.set(path, change);
    changes.set(path, change);
  };
  for (const action of actions) {
    const from = action.action === 'move' ? (action.previousPath ?? '') : action.filePath;
    const before = action.action === 'create' ? null : existing(tree, from, action);
    if (action.action === 'create' || action.action === 'move') refuseExisting(tree, action.filePath);
    if (action.action === 'move') write(from, null);
    write(action.filePath, action.action === 'delete' ? null : contentOf(action, before));
  }
  return changes;
}

function existing(tree: ReadonlyMap<string, Change>, path: string, action: FileAction): NonNullable<Change> {
  const entry = tree.get(path) ?? undefined;
  if (entry === undefined) throw refuse(400, "A file with this name doesn't exist");
  if (action.lastCommitId !== undefined && action.lastCommitId !== entry.commitId) {
    throw refuse(400, 'You are attempting to update a file that has changed since you started editing it.');
  }
  return entry;
}

function refuseExisting(tree: ReadonlyMap<string, Change>, path: string): void {
  if ((tree.get(path) ?? undefined) !== undefined) throw refuse(400, 'A file with this name already exists');
}

function contentOf(action: FileAction, before: Change): Change {
  const { content, encoding, executable } = action;
  const mode = modeOf(executable, before);
  if (content === undefined) return { blob: before?.blob ?? createBlob(Buffer.alloc(0)), mode };
  return { blob: createBlob(Buffer.from(content, encoding === 'base64' ? 'base64' : 'utf8')), mode };
}

function modeOf(executable: boolean | undefined, before: Change): Entry['mode'] {
  if (executable === undefined) return before?.mode ?? '100644';
  return executable ? '100755' : '100644';
}
