import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showPipelineBasics } from '../entities/pipeline.ts';
import { forbidden, invalidParameters, notFound } from '../errors.ts';
import type { Input } from '../input.ts';
import { push } from '../push.ts';
import type { FileAction } from '../repository/actions.ts';
import { diffBetween, diffStats } from '../repository/changes.ts';
import type { FileDiff } from '../repository/changes.ts';
import { ancestors } from '../repository/history.ts';
import { mayPush, resolve } from '../repository/repository.ts';
import type { Commit } from '../repository/repository.ts';
import { showCommit } from '../repository/show-commit.ts';
import { created, json, list } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const commitRoutes: readonly Route[] = [
  projectRoute('GET /repository/commits', 'code', (context) =>
    list({
      rows: history(context),
      show: (commit) => showCommit(context.store, context.project, commit),
      counted: false,
      defaults: { order: 'default', trailers: 'false' },
    }),
  ),
  projectRoute('POST /repository/commits', 'developer', (context) => {
    const { input, project, level } = context;
    input.require('branch', 'commit_message', 'actions');
    if (!mayPush(project.repository, input.filledText('branch'), level)) {
      throw forbidden('You are not allowed to push into this branch');
    }
    const actions = input.records('actions') ?? [];
    return created(showDetail(context, push(context, actions.map(readAction))));
  }),
  projectRoute('GET /repository/commits/:sha', 'code', (context) => json(showDetail(context, findCommit(context)))),
  projectRoute('GET /repository/commits/:sha/diff', 'code', (context) => {
    const { project } = context;
    return list({ rows: diffOf(project.repository, findCommit(context)), show: (file) => file });
  }),
];

function findCommit(context: ProjectContext): Commit {
  const { repository } = context.project;
  const sha = resolve(repository, param(context, 'sha'));
  const commit = sha === undefined ? undefined : repository.commits.get(sha);
  if (commit === undefined) throw notFound('Commit');
  return commit;
}

/** As many commits as the page needs, and one more to see whether there is a next page. */
function history({ input, project }: ProjectContext): readonly Commit[] {
  const { repository } = project;
  const sha = resolve(repository, input.text('ref_name') ?? 'HEAD');
  if (sha === undefined) return [];
  const wanted = (input.integer('page') ?? 1) * Math.min(input.integer('per_page') ?? 20, 100) + 1;
  const keep = historyFilter(input);
  const commits: Commit[] = [];
  for (const commit of ancestors(repository, sha)) {
    if (keep(commit)) commits.push(commit);
    if (commits.length >= wanted) break;
  }
  return commits;
}

function historyFilter(input: Input): (commit: Commit) => boolean {
  const [since, until] = [moment(input, 'since') ?? 0, moment(input, 'until') ?? Number.POSITIVE_INFINITY];
  const path = input.text('path');
  return (commit) => {
    const at = Date.parse(commit.committedAt);
    return at >= since && at <= until && touches(commit, path);
  };
}

function touches(commit: Commit, path: string | undefined): boolean {
  if (path === undefined) return true;
  return [...commit.changes.keys()].some((file) => file === path || file.startsWith(`${path}/`));
}

function moment(input: Input, name: string): number | undefined {
  const text = input.text(name);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw invalidParameters(`${name} is invalid`);
  return at;
}

function readAction(input: Input, index: number): FileAction {
  const name = (key: string): string => `actions[${String(index)}][${key}]`;
  if (!input.has('action')) throw invalidParameters(`${name('action')} is missing`);
  const action = ['create', 'update', 'delete', 'move', 'chmod'] as const;
  const found = action.find((each) => each === input.text('action'));
  if (found === undefined) throw invalidParameters(`${name('action')} does not have a valid value`);
  if (!input.has('file_path')) throw invalidParameters(`${name('file_path')} is missing`);
  return {
    action: found,
    filePath: input.requiredText('file_path'),
    previousPath: input.text('previous_path'),
    content: input.text('content'),
    encoding: input.oneOf('encoding', ['text', 'base64']),
    lastCommitId: input.text('last_commit_id'),
    executable: input.flag('execute_filemode'),
  };
}

function diffOf(repository: ProjectContext['project']['repository'], commit: Commit): readonly FileDiff[] {
  const [parent] = commit.parentIds;
  return diffBetween(repository, parent ?? '', commit.id);
}

function showDetail({ store, project }: ProjectContext, commit: Commit): unknown {
  const pipeline = [...project.pipelines.values()].findLast((each) => each.sha === commit.id);
  return {
    ...showCommit(store, project, commit),
    stats: diffStats(diffOf(project.repository, commit)),
    status: pipeline?.status ?? null,
    project_id: project.id,
    last_pipeline: pipeline === undefined ? null : showPipelineBasics(store, project, pipeline),
  };
}
