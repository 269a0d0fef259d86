import * as z from 'zod';
import { commitFields } from './commit-fields.ts';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import { bytesOf } from './cut.ts';
import { ifFound } from './if-found.ts';
import { filePath, flag, projectId, text } from './inputs.ts';
import type { LineView } from './line-view.ts';
import { fitLines, linesOf, lineView } from './line-view.ts';
import { isText } from './media.ts';
import { isPushed } from './read-back-files.ts';
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
function showFile({ body }: Reply, args: LineView, maxBytes: number): readonly Content[] {
  const { content, size, ref, last_commit_id, file_path } = file.parse(body);
  const bytes = Buffer.from(content ?? '', 'base64');
  const about = { file_path, ref, size: size ?? bytes.length, last_commit_id };
  if (isText(bytes)) {
    const lines = linesOf(bytes.toString('utf8'), args);
    const where = { ...about, ...lines.where };
    return [jsonBlock(where), textBlock(fitLines(lines, maxBytes - bytesOf(JSON.stringify(where))))];
  }
  const base64 = bytes.toString('base64');
  if (base64.length <= maxBytes - bytesOf(JSON.stringify(about)))
    return [jsonBlock({ ...about, encoding: 'base64', content: base64 })];
  return [jsonBlock({ ...about, left_out: `binary, and larger than the ${String(maxBytes)} bytes of an answer` })];
}

export const getFileContents = defineTool({
  name: 'get_file_contents',
  summary: 'Read a file of a repository; ref is a branch, tag or commit (default: the default branch).',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/repository/files/:file_path',
  input: { project_id: projectId, file_path: filePath, ref: text.default('HEAD') },
  view: lineView,
  examples: [
    { project_id: 'team/app', file_path: 'README.md' },
    { project_id: 'team/app', file_path: 'src/main.ts', ref: 'main', start_line: 1, max_lines: 100 },
  ],
  reply: showFile,
});

/** The commit that last touched the file on the branch; none where the file is not there yet. */
async function lastCommit(ask: AskGitLab, where: Readonly<Record<string, string>>): Promise<string | undefined> {
  const found = await ifFound(ask('GET /projects/:project_id/repository/files/:file_path', where));
  return found === undefined ? undefined : (file.parse(found.body).last_commit_id ?? undefined);
}

export const createOrUpdateFile = defineTool({
  name: 'create_or_update_file',
  summary: 'Commit one file to a branch: creates it, or replaces it if nobody changed it meanwhile.',
  effect: 'write',
  endpoint: 'PUT /projects/:project_id/repository/files/:file_path',
  // Every call makes a commit, also of what is there already.
  once: true,
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
        : await ask(`PUT ${endpoint}`, { ...sent, last_commit_id: args.last_commit_id ?? found });
    // Whatever it says, the file is committed.
    return { body: { ...file.safeParse(body).data, created: found === undefined }, page };
  },
  readBack: {
    compares: ['branch', 'content', 'encoding', 'commit_message', 'author_name', 'author_email'],
    look: async (ask, { file_path, content, encoding, ...commit }) => {
      const { branch } = commit;
      const actions = [{ action: 'update', file_path, content, encoding }] as const;
      const finding = await isPushed(ask, { ...commit, actions });
      if (typeof finding === 'string') return finding;
      return { words: `${file_path} on the branch ${branch} has this content`, body: { file_path, branch } };
    },
  },
});

const action = z.strictObject({
  action: z.enum(['create', 'update', 'delete', 'move', 'chmod']),
  file_path: filePath,
  content: z.string().optional(),
  encoding: z.enum(['text', 'base64']).optional(),
  previous_path: filePath.optional(),
  last_commit_id: text.optional(),
  execute_filemode: flag.optional(),
});
type Action = z.infer<typeof action>;

const needs = {
  create: ['content'],
  update: ['content'],
  delete: [],
  move: ['previous_path'],
  chmod: ['execute_filemode'],
} as const;

/** What GitLab would leave out without a word. */
const ignores = {
  create: ['previous_path', 'execute_filemode', 'last_commit_id'],
  update: ['previous_path', 'execute_filemode'],
  delete: ['previous_path', 'execute_filemode'],
  move: ['execute_filemode'],
  chmod: ['previous_path', 'content', 'last_commit_id'],
} as const;

/** What is wrong with one action, or nothing. */
function faultOf(given: Action): string | undefined {
  const missing = needs[given.action].filter((name) => given[name] === undefined);
  if (missing.length > 0) return `needs ${missing.join(', ')}`;
  const ignored = ignores[given.action].filter((name) => given[name] !== undefined);
  return ignored.length > 0 ? `takes no ${ignored.join(', ')}` : undefined;
}

export const pushFiles = defineTool({
  name: 'push_files',
  summary: 'Change files in one commit; start_branch begins a new branch.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/repository/commits',
  input: {
    project_id: projectId,
    branch: text,
    commit_message: text,
    actions: z.array(action).min(1),
    start_branch: text.optional(),
    author_name: text.optional(),
    author_email: text.optional(),
  },
  examples: [
    {
      project_id: 'team/app',
      branch: 'main',
      commit_message: 'Add a note',
      actions: [{ action: 'create', file_path: 'docs/note.md', content: '# Note\n' }],
    },
    {
      project_id: 'team/app',
      branch: 'tidy-docs',
      start_branch: 'main',
      commit_message: 'Tidy the documentation',
      actions: [
        { action: 'create', file_path: 'docs/logo.txt', content: 'SGk=', encoding: 'base64' },
        { action: 'update', file_path: 'README.md', content: '# App\n', encoding: 'text' },
        { action: 'move', file_path: 'docs/handbook.md', previous_path: 'docs/guide.md' },
        { action: 'delete', file_path: 'docs/my notes.md' },
        { action: 'chmod', file_path: 'bin/run.sh', execute_filemode: false },
      ],
      author_name: 'Alice',
      author_email: 'alice@example.com',
    },
  ],
  refuses: ({ actions }) => {
    const faults = actions.flatMap((each, index) => {
      const fault = faultOf(each);
      return fault === undefined ? [] : [`actions.${String(index)}: ${each.action} of ${each.file_path} ${fault}.`];
    });
    return faults.length > 0 ? faults.join(' ') : undefined;
  },
  shows: commitFields,
  readBack: {
    compares: ['branch', 'commit_message', 'actions', 'start_branch', 'author_name', 'author_email'],
    look: isPushed,
  },
  verifyWith: 'list_commits',
});
