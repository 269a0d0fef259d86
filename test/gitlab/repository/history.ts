import type { Commit, Entry, Repository, Tree } from './repository.ts';

/** The tree of a commit, replayed from the nearest ancestor whose tree is known. */
export function materialise(repository: Repository, sha: string): Tree {
  const replay: Commit[] = [];
  let next: string | undefined = sha;
  while (next !== undefined && !repository.trees.has(next)) {
    const commit = repository.commits.get(next);
    if (commit === undefined) break;
    replay.push(commit);
    next = commit.parentIds[0];
  }
  const tree = new Map<string, Entry>(next === undefined ? [] : repository.trees.get(next));
  for (const commit of replay.toReversed()) {
    for (const [path, entry] of commit.changes) {
      if (entry === null) tree.delete(path);
      else tree.set(path, entry);
    }
  }
  return tree;
}

/** A commit and all that came before it, newest first. */
export function* ancestors(repository: Repository, sha: string): Generator<Commit> {
  const seen = new Set<string>();
  const frontier: Commit[] = [];
  const visit = (id: string): void => {
    const commit = repository.commits.get(id);
    if (commit === undefined || seen.has(id)) return;
    seen.add(id);
    const place = frontier.findLastIndex((each) => each.order < commit.order);
    frontier.splice(place + 1, 0, commit);
  };
  visit(sha);
  for (let commit = frontier.pop(); commit !== undefined; commit = frontier.pop()) {
    yield commit;
    for (const parent of commit.parentIds) visit(parent);
  }
}

/** The newest commit that both have behind them. */
export function mergeBase(repository: Repository, one: string, other: string): string | undefined {
  return remember(repository, `base ${one} ${other}`, () => {
    const [ours, theirs] = [ancestors(repository, one), ancestors(repository, other)];
    let [left, right] = [ours.next(), theirs.next()];
    while (left.done === false && right.done === false) {
      if (left.value.id === right.value.id) return left.value.id;
      if (left.value.order > right.value.order) left = ours.next();
      else right = theirs.next();
    }
    return undefined;
  });
}

const answersKept = 500;

/** Keeps the answer to a question about commits. */
export function remember<Answer>(repository: Repository, question: string, answer: () => Answer): Answer {
  const { memo } = repository;
  if (memo.has(question)) return memo.get(question) as Answer; // oxlint-disable-line typescript/no-unsafe-type-assertion -- one question always has one type of answer
  const value = answer();
  if (memo.size >= answersKept) memo.clear();
  memo.set(question, value);
  return value;
}
