import { isUtf8 } from 'node:buffer';
import * as z from 'zod';
import { Failure } from '../errors.ts';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import { filePath, projectId, text } from './inputs.ts';
import type { AskGitLab, Reply } from './tool.ts';
import { defineTool } from './tool.ts';

const file = z.looseObject({
  file_path: z.string().nullish(),
  size: z.number().nullish(),
  ref: z.string().nullish(),
  last_commit_id: z.string().nullish(),
  execute_filemode: z.boolean().nullish(),
  content: z.string().nullish(),
});

/** Text stands as it is in a block of its own: escaped in JSON it costs more and reads worse. */
function showFile({ body }: Reply): readonly Content[] {
  const { content, size, ref, last_commit_id, file_path } = file.parse(body);
  const bytes = Buffer.from(content ?? '', 'base64');
  const about = { file_path, ref, size: size ?? bytes.length, last_commit_id };
  if (isUtf8(bytes) && !bytes.includes(0)) return [jsonBlock(about), textBlock(bytes.toString('utf8'))];
  return [jsonBlock({ ...about, encoding: 'base64', content: bytes.toString('base64') })];
}

export const getFileContents = defineTool({
  name: 'get_file_contents',
  summary: 'Read a file of a repository; ref is a branch, tag or commit (default: the default branch).',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/files/:file_path',
  input: { project_id: projectId, file_path: filePath, ref: text.default('HEAD') },
  examples: [
    { project_id: 'team/app', file_path: 'README.md' },
    { project_id: 'team/app', file_path: 'src/main.ts', ref: 'main' },
  ],
  reply: showFile,
});

/** The commit that last touched the file on the branch; none where the file is not there yet. */
async function lastCommit(ask: AskGitLab, where: Readonly<Record<string, string>>): Promise<string | undefined> {
  try {
    const { body } = await ask('GET /projects/:project_id/repository/files/:file_path', where);
    return file.parse(body).last_commit_id ?? undefined;
  } catch (error) {
    if (error instanceof Failure && error.code === 'GITLAB_NOT_FOUND') return undefined;
    throw error;
  }
}

export const createOrUpdateFile = defineTool({
  name: 'create_or_update_file',
  summary: 'Commit one file to a branch: creates it, or replaces it if nobody changed it meanwhile.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/repository/files/:file_path',
  input: {
    project_id: projectId,
    file_path: filePath,
    branch: text,
    content: z.string(),
    commit_message: text,
    encoding: z.enum(['text', 'base64']).default('text'),
    last_commit_id: text.optional().describe('Refuse if the file has changed since this commit.'),
    author_name: text.optional(),
    author_email: text.optional(),
  },
  examples: [
    { project_id: 'team/app', file_path: 'docs/a.md', branch: 'main', content: '# A\n', commit_message: 'Add a' },
    {
      project_id: 'team/app',
      file_path: 'README.md',
      branch: 'main',
      content: 'SGk=',
      encoding: 'base64',
      commit_message: 'Greet',
      author_name: 'Alice',
      author_email: 'alice@example.com',
    },
  ],
  shows: ['file_path', 'branch', 'created'],
  verifyWith: 'get_file_contents',
  run: async (ask, { content, encoding, ...args }) => {
    const { project_id, file_path, branch } = args;
    const found = await lastCommit(ask, { project_id, file_path, ref: branch });
    const base64 = encoding === 'base64' ? content : Buffer.from(content, 'utf8').toString('base64');
    const sent = { ...args, content: base64, encoding: 'base64' };
    const endpoint = '/projects/:project_id/repository/files/:file_path';
    const { body, page } =
      found === undefined && args.last_commit_id === undefined
        ? await ask(`POST ${endpoint}`, sent)
        : await ask(`PUT ${endpoint}`, { ...sent, last_commit_id: args.last_commit_id ?? found }, { once: true });
    return { body: { ...file.parse(body), created: found === undefined }, page };
  },
});
