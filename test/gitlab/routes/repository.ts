import { createHash } from 'node:crypto';
import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { levels } from '../entities/user.ts';
import { notFound, refuse } from '../errors.ts';
import { diffBetween } from '../repository/changes.ts';
import { ancestors, mergeBase, remember } from '../repository/history.ts';
import { mayPush, resolve, treeAt } from '../repository/repository.ts';
import type { Branch, Entry, Tree } from '../repository/repository.ts';
import { showBranch, showCommit, showTag } from '../repository/show-commit.ts';
import { created, empty, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const repositoryRoutes: readonly Route[] = [
  projectRoute('GET /repository/tree', 'code', (context) =>
    list({
      rows: listTree(context),
      show: (node) => node,
      defaults: { recursive: 'false' },
      keyset: { type: 'Tree', by: 'page_token', key: (node) => node.id },
    }),
  ),
  projectRoute('GET /repository/compare', 'code', (context) => json(compare(context))),
  projectRoute('GET /repository/branches', 'code', (context) => {
    const search = context.input.text('search') ?? '';
    const rows = [...context.project.repository.branches.values()].filter((branch) => branch.name.includes(search));
    return list({ rows, show: (branch) => show(context, branch) });
  }),
  projectRoute('GET /repository/branches/:branch', 'code', (context) => json(show(context, findBranch(context)))),
  projectRoute('POST /repository/branches', 'developer', (context) => created(show(context, createBranch(context)))),
  projectRoute('DELETE /repository/branches/:branch', 'developer', (context) => {
    const { name, pushLevel } = findBranch(context);
    if (pushLevel !== null) throw refuse(403, 'Protected branch cannot be deleted');
    context.project.repository.branches.delete(name);
    return empty();
  }),
  projectRoute('GET /repository/tags', 'code', (context) =>
    list({
      rows: [...context.project.repository.tags.values()].toReversed(),
      show: (tag) => showTag(context.store, context.project, tag),
      defaults: { order_by: 'updated', sort: 'desc' },
    }),
  ),
  projectRoute('GET /repository/tags/:tag_name', 'code', (context) => {
    const tag = context.project.repository.tags.get(param(context, 'tag_name'));
    if (tag === undefined) throw notFound('Tag');
    return json(showTag(context.store, context.project, tag));
  }),
];

function show({ store, project, level }: ProjectContext, branch: Branch): unknown {
  const canPush = level >= levels.developer && mayPush(project.repository, branch.name, level);
  return showBranch({ store, project, canPush }, branch);
}

function findBranch(context: ProjectContext): Branch {
  const branch = context.project.repository.branches.get(param(context, 'branch'));
  if (branch === undefined) throw notFound('Branch');
  return branch;
}

function createBranch({ input, project }: ProjectContext): Branch {
  const { repository } = project;
  const name = input.requiredText('branch');
  const sha = resolve(repository, input.requiredText('ref'));
  if (repository.branches.has(name)) throw refuse(400, 'Branch already exists');
  if (sha === undefined) throw refuse(400, `Invalid reference name: ${input.text('ref') ?? ''}`);
  if (!/^[\w./-]+$/u.test(name)) throw refuse(400, `Branch name '${name}' is invalid`);
  const branch = { name, sha, pushLevel: null };
  repository.branches.set(name, branch);
  return branch;
}

interface TreeNode {
  readonly id: string;
  readonly name: string;
  readonly type: 'tree' | 'blob';
  readonly path: string;
  readonly mode: string;
}

/** Directories first, then files, both by name. */
function listTree({ input, project }: ProjectContext): readonly TreeNode[] {
  const { repository } = project;
  const sha = resolve(repository, input.text('ref') ?? 'HEAD');
  if (sha === undefined) {
    if (repository.branches.size === 0 && !input.has('ref')) return [];
    throw notFound('Tree');
  }
  const path = (input.text('path') ?? '').replace(/\/+$/u, '');
  const prefix = path === '' ? '' : `${path}/`;
  const recursive = input.on('recursive');
  const nodes = remember(repository, `tree ${sha} ${String(recursive)} ${prefix}`, () =>
    nodesBelow(treeAt(repository, sha), prefix, recursive).toSorted(byKindAndPath),
  );
  if (nodes.length === 0 && path !== '') throw notFound('invalid revision or path');
  return nodes;
}

function nodesBelow(tree: Tree, prefix: string, recursive: boolean): readonly TreeNode[] {
  const nodes = new Map<string, TreeNode>();
  for (const [file, entry] of tree) {
    if (!file.startsWith(prefix)) continue;
    for (const path of pathsTo(file, prefix.length)) {
      if (!nodes.has(path)) nodes.set(path, path === file ? fileNode(file, entry) : directoryNode(path));
      if (!recursive) break;
    }
  }
  return [...nodes.values()];
}

/** The directories above a file from the outside in, and the file itself. */
function* pathsTo(file: string, start: number): Generator<string> {
  for (let end = file.indexOf('/', start); end !== -1; end = file.indexOf('/', end + 1)) yield file.slice(0, end);
  yield file;
}

function fileNode(path: string, { blob, mode }: Entry): TreeNode {
  return { id: blob.id, name: path.split('/').at(-1) ?? '', type: 'blob', path, mode };
}

function directoryNode(path: string): TreeNode {
  const id = createHash('sha1').update(path).digest('hex');
  return { id, name: path.split('/').at(-1) ?? '', type: 'tree', path, mode: '040000' };
}

function byKindAndPath(one: TreeNode, other: TreeNode): number {
  if (one.type !== other.type) return one.type === 'tree' ? -1 : 1;
  return one.path < other.path ? -1 : 1;
}

function compare({ input, project, store }: ProjectContext): unknown {
  const { repository } = project;
  const [from, to] = [input.requiredText('from'), input.requiredText('to')];
  const [fromSha, toSha] = [resolve(repository, from), resolve(repository, to)];
  if (fromSha === undefined || toSha === undefined) throw notFound('Ref');
  const base = mergeBase(repository, fromSha, toSha);
  const straight = input.on('straight');
  const behind = new Set([...ancestors(repository, fromSha)].map((commit) => commit.id));
  const commits = [...ancestors(repository, toSha)].filter((commit) => !behind.has(commit.id)).toReversed();
  const last = commits.at(-1);
  return {
    commit: last === undefined ? null : showCommit(store, project, last),
    commits: commits.map((commit) => showCommit(store, project, commit)),
    diffs: diffBetween(repository, straight ? fromSha : (base ?? fromSha), toSha),
    compare_timeout: false,
    compare_same_ref: fromSha === toSha,
    web_url: `${store.url}/${project.fullPath}/-/compare/${fromSha}${straight ? '..' : '...'}${toSha}`,
  };
}
