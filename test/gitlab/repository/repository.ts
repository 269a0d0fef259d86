import { createHash } from 'node:crypto';
import { materialise } from './history.ts';

export interface Blob {
  readonly id: string;
  readonly bytes: Buffer;
}

/** One file in a tree. */
export interface Entry {
  readonly blob: Blob;
  readonly mode: '100644' | '100755';
  /** The last commit that touched the file. */
  readonly commitId: string;
}

export type Tree = ReadonlyMap<string, Entry>;

export interface Commit {
  readonly id: string;
  readonly parentIds: readonly string[];
  readonly message: string;
  readonly author: Person;
  readonly committedAt: string;
  /** Counts up with every commit: parents have smaller numbers. */
  readonly order: number;
  /** Against the first parent; null where the file is gone. */
  readonly changes: ReadonlyMap<string, Entry | null>;
}

export interface Person {
  readonly name: string;
  readonly email: string;
}

export interface Branch {
  readonly name: string;
  readonly sha: string;
  /** The role that may push and merge, where the branch is protected. */
  readonly pushLevel: number | null;
}

export interface Tag {
  readonly name: string;
  readonly sha: string;
  readonly message: string;
}

export interface Repository {
  readonly defaultBranch: string;
  readonly branches: Map<string, Branch>;
  readonly tags: Map<string, Tag>;
  /** Forks share this map, like GitLab's object pools. */
  readonly commits: Map<string, Commit>;
  /** Trees of the commits asked for last. */
  readonly trees: Map<string, Tree>;
  /** Answers about pairs of commits, which never change. */
  readonly memo: Map<string, unknown>;
}

/** What a commit writes at a path; null takes the file away. */
export type Change = { readonly blob: Blob; readonly mode: Entry['mode']; readonly commitId?: string } | null;

interface CommitOptions {
  readonly branch: string;
  readonly message: string;
  readonly author: Person;
  readonly committedAt: string;
  readonly changes: ReadonlyMap<string, Change>;
  /** The commit to start from; without it the head of the branch. */
  readonly startSha?: string | undefined;
  /** The second parent of a merge commit. */
  readonly mergedSha?: string;
}

export function createRepository(defaultBranch = 'main'): Repository {
  return {
    defaultBranch,
    branches: new Map(),
    tags: new Map(),
    commits: new Map(),
    trees: new Map(),
    memo: new Map(),
  };
}

/** A copy with refs of its own over the same commits. */
export function forkRepository(source: Repository): Repository {
  return { ...source, branches: new Map(source.branches), tags: new Map(source.tags) };
}

export function createBlob(bytes: Buffer): Blob {
  const id = createHash('sha1')
    .update(`blob ${String(bytes.length)}\0`)
    .update(bytes)
    .digest('hex');
  return { id, bytes };
}

/** The commit that a branch, tag, SHA, short SHA or HEAD names. */
export function resolve(repository: Repository, ref: string): string | undefined {
  const { branches, tags, commits, defaultBranch } = repository;
  if (ref === 'HEAD') return branches.get(defaultBranch)?.sha;
  const named = branches.get(ref)?.sha ?? tags.get(ref)?.sha;
  if (named !== undefined) return named;
  if (commits.has(ref)) return ref;
  if (!/^[0-9a-f]{7,39}$/u.test(ref)) return undefined;
  return [...commits.keys()].find((sha) => sha.startsWith(ref));
}

const treesKept = 64;
const developer = 30;

export function treeAt(repository: Repository, sha: string): Tree {
  const { trees } = repository;
  const tree = trees.get(sha) ?? materialise(repository, sha);
  trees.delete(sha);
  trees.set(sha, tree);
  const oldest = trees.keys().next();
  if (trees.size > treesKept && oldest.done === false) trees.delete(oldest.value);
  return tree;
}

/** Whether a role may push to a branch and merge into it. */
export function mayPush(repository: Repository, branch: string, level: number): boolean {
  return level >= (repository.branches.get(branch)?.pushLevel ?? developer);
}

/** Writes a commit and moves the branch to it. */
export function commit(repository: Repository, options: CommitOptions): Commit {
  const { branch, message, author, committedAt } = options;
  const parent = options.startSha ?? repository.branches.get(branch)?.sha;
  const parentIds = [parent, options.mergedSha].filter((sha) => sha !== undefined);
  const order = repository.commits.size + 1;
  const id = commitId(options, parentIds, order);
  const changes = new Map(
    [...options.changes].map(([path, change]) => [path, change && { ...change, commitId: change.commitId ?? id }]),
  );
  const written = { id, parentIds, message, author, committedAt, order, changes };
  repository.commits.set(id, written);
  const protectedFor = branch === repository.defaultBranch ? developer : null;
  const pushLevel = repository.branches.get(branch)?.pushLevel ?? protectedFor;
  repository.branches.set(branch, { name: branch, sha: id, pushLevel });
  return written;
}

function commitId(options: CommitOptions, parentIds: readonly string[], order: number): string {
  const hash = createHash('sha1');
  hash.update(JSON.stringify([parentIds, order, options.message, options.author, options.committedAt]));
  for (const [path, change] of options.changes)
    hash.update(`${path}\0${change?.blob.id ?? ''}\0${change?.mode ?? ''}\n`);
  return hash.digest('hex');
}
