import { remember } from './history.ts';
import { unifiedDiff } from './line-diff.ts';
import { treeAt } from './repository.ts';
import type { Entry, Repository } from './repository.ts';

/** One changed file, in GitLab's own shape. */
export interface FileDiff {
  readonly diff: string;
  readonly collapsed: boolean;
  readonly too_large: boolean;
  readonly new_path: string;
  readonly old_path: string;
  readonly a_mode: string;
  readonly b_mode: string;
  readonly new_file: boolean;
  readonly renamed_file: boolean;
  readonly deleted_file: boolean;
  readonly generated_file: boolean;
}

/** Patch limits of docs.gitlab.com/administration/diff_limits: over a tenth collapsed, over the whole too large. */
const maxPatchBytes = 204_800;

/** All changed files between two commits, by path. */
export function diffBetween(repository: Repository, from: string, to: string): readonly FileDiff[] {
  return remember(repository, `diff ${from} ${to}`, () =>
    changedPaths(repository, from, to).map(([path, pair]) => fileDiff(path, pair)),
  );
}

/** Additions and deletions of a list of diffs. */
export function diffStats(diffs: readonly FileDiff[]): { additions: number; deletions: number; total: number } {
  const additions = diffs.reduce((sum, { diff }) => sum + (diff.match(/^\+/gmu)?.length ?? 0), 0);
  const deletions = diffs.reduce((sum, { diff }) => sum + (diff.match(/^-/gmu)?.length ?? 0), 0);
  return { additions, deletions, total: additions + deletions };
}

interface ThreeWay {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

/** Whether both sides changed a file since their base, each in its own way. */
export function conflicts(repository: Repository, { base, ours, theirs }: ThreeWay): boolean {
  return remember(repository, `conflicts ${base} ${ours} ${theirs}`, () => {
    const mine = new Map(changedPaths(repository, base, ours));
    return changedPaths(repository, base, theirs).some(([path, pair]) => {
      const other = mine.get(path);
      return other !== undefined && other.after?.blob.id !== pair.after?.blob.id;
    });
  });
}

interface Pair {
  readonly before: Entry | undefined;
  readonly after: Entry | undefined;
}

/** The files that differ between two commits, with both versions. */
export function changedPaths(repository: Repository, from: string, to: string): readonly (readonly [string, Pair])[] {
  const [old, fresh] = [treeAt(repository, from), treeAt(repository, to)];
  const changed: (readonly [string, Pair])[] = [];
  for (const [path, after] of fresh) {
    const before = old.get(path);
    if (before?.blob.id !== after.blob.id || before.mode !== after.mode) changed.push([path, { before, after }]);
  }
  for (const [path, before] of old) {
    if (!fresh.has(path)) changed.push([path, { before, after: undefined }]);
  }
  return changed.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

function fileDiff(path: string, { before, after }: Pair): FileDiff {
  const text = patch(before, after);
  const size = Buffer.byteLength(text);
  const tooLarge = size > maxPatchBytes;
  const collapsed = !tooLarge && size > maxPatchBytes / 10;
  return {
    diff: tooLarge || collapsed ? '' : text,
    collapsed,
    too_large: tooLarge,
    new_path: path,
    old_path: path,
    a_mode: before?.mode ?? '0',
    b_mode: after?.mode ?? '0',
    new_file: before === undefined,
    renamed_file: false,
    deleted_file: after === undefined,
    generated_file: false,
  };
}

function patch(before: Entry | undefined, after: Entry | undefined): string {
  const [old, fresh] = [before?.blob.bytes ?? Buffer.alloc(0), after?.blob.bytes ?? Buffer.alloc(0)];
  if (old.includes(0) || fresh.includes(0)) return 'Binary files differ\n';
  return unifiedDiff(old.toString('utf8'), fresh.toString('utf8'));
}
