import { createHash } from 'node:crypto';
import { param } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { notFound, refuse } from '../errors.ts';
import { push } from '../push.ts';
import type { FileAction } from '../repository/actions.ts';
import { mayPush, resolve, treeAt } from '../repository/repository.ts';
import type { Entry } from '../repository/repository.ts';
import { bytes, created, empty, json } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const fileRoutes: readonly Route[] = [
  projectRoute('GET /repository/files/:file_path', 'code', (context) => {
    const { entry, facts, headers } = findFile(context, context.input.filledText('ref'));
    const reply = json({ ...facts, content: entry.blob.bytes.toString('base64') });
    return { ...reply, headers };
  }),
  projectRoute('GET /repository/files/:file_path/raw', 'code', (context) => {
    const { entry, headers } = findFile(context, context.input.text('ref') ?? 'HEAD');
    return bytes(entry.blob.bytes, entry.blob.bytes.includes(0) ? 'application/octet-stream' : 'text/plain', headers);
  }),
  projectRoute('POST /repository/files/:file_path', 'developer', (context) => created(write(context, 'create'))),
  projectRoute('PUT /repository/files/:file_path', 'developer', (context) => json(write(context, 'update'))),
  projectRoute('DELETE /repository/files/:file_path', 'developer', (context): Reply => {
    pushFile(context, { action: 'delete', filePath: param(context, 'file_path') });
    return empty();
  }),
];

interface FoundFile {
  readonly entry: Entry;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
}

function findFile(context: ProjectContext, ref: string): FoundFile {
  const { repository } = context.project;
  const path = param(context, 'file_path');
  const commitId = resolve(repository, ref);
  if (commitId === undefined) throw notFound('Commit');
  const entry = treeAt(repository, commitId).get(path);
  if (entry === undefined) throw notFound('File');
  const facts = {
    file_name: path.split('/').at(-1) ?? '',
    file_path: path,
    size: entry.blob.bytes.length,
    encoding: 'base64',
    content_sha256: createHash('sha256').update(entry.blob.bytes).digest('hex'),
    ref,
    blob_id: entry.blob.id,
    commit_id: commitId,
    last_commit_id: entry.commitId,
    execute_filemode: entry.mode === '100755',
  };
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(facts)) headers[headerName(name)] = encodeURI(String(value));
  return { entry, facts, headers };
}

/** `file_name` becomes X-Gitlab-File-Name. */
function headerName(name: string): string {
  const words = name.split('_').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`);
  return `X-Gitlab-${words.join('-')}`;
}

function write(context: ProjectContext, action: 'create' | 'update'): unknown {
  const { input } = context;
  const filePath = param(context, 'file_path');
  input.require('branch', 'commit_message', 'content');
  pushFile(context, {
    action,
    filePath,
    content: input.text('content'),
    encoding: input.oneOf('encoding', ['text', 'base64']),
    lastCommitId: input.text('last_commit_id'),
    executable: input.flag('execute_filemode'),
  });
  return { file_path: filePath, branch: input.text('branch') };
}

function pushFile(context: ProjectContext, action: FileAction): void {
  const { input, project, level } = context;
  if (!mayPush(project.repository, input.filledText('branch'), level)) {
    throw refuse(400, 'You are not allowed to push into this branch');
  }
  push(context, [action]);
}
