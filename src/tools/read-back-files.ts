import * as z from 'zod';
import { ifFound } from './if-found.ts';
import { isAsAsked } from './read-back.ts';
import type { AskGitLab, Finding } from './tool.ts';

const file = z.looseObject({ content: z.string().nullish(), execute_filemode: z.boolean().nullish() });
const shownCommit = z.looseObject({
  id: z.string(),
  message: z.string().nullish(),
  author_name: z.string().nullish(),
  author_email: z.string().nullish(),
  parent_ids: z.array(z.string()).nullish(),
});
type ShownCommit = z.infer<typeof shownCommit>;
const branchHead = z.looseObject({ commit: shownCommit });

/** One action of a commit, as far as it can be read back. */
interface FileAction {
  readonly action: 'create' | 'update' | 'delete' | 'move' | 'chmod';
  readonly file_path: string;
  readonly content?: string | undefined;
  readonly encoding?: 'text' | 'base64' | undefined;
  readonly previous_path?: string | undefined;
  readonly execute_filemode?: boolean | undefined;
}

interface Commit {
  readonly project_id: string;
  readonly branch: string;
  readonly commit_message: string;
  readonly actions: readonly FileAction[];
  readonly start_branch?: string | undefined;
  readonly author_name?: string | undefined;
  readonly author_email?: string | undefined;
}

/** Looking costs a request for each file. */
const MAX_FILES = 10;

/** What the file at a path of one commit is like; nothing where there is none. */
type Look = (path: string) => Promise<z.infer<typeof file> | undefined>;

/** Whether the branch is now as these actions leave it, all read from its one newest commit, which is as this one was to be. */
export async function isPushed(ask: AskGitLab, { project_id, branch, actions, ...given }: Commit): Promise<Finding> {
  if (!actions.every(isExact) || actions.length > MAX_FILES || touchTwice(actions)) return 'cannot tell';
  const head = await ifFound(ask('GET /projects/:project_id/repository/branches/:branch', { project_id, branch }));
  if (head === undefined) return 'not so';
  const { commit } = branchHead.parse(head.body);
  const look: Look = async (file_path) => {
    const where = { project_id, file_path, ref: commit.id };
    const found = await ifFound(ask('GET /projects/:project_id/repository/files/:file_path', where));
    return found === undefined ? undefined : file.parse(found.body);
  };
  const done = await Promise.all(actions.map(async (each) => isDone(look, each)));
  if (!done.every(Boolean)) return 'not so';
  // Somebody may have made another commit since, or one that does the same.
  if (!isSuch(commit, given) || !(await beginsAt(ask, commit, { project_id, ...given }))) return 'cannot tell';
  const words = `the files of this call are on the branch ${branch} as it wanted them; the commit shown is the newest one there`;
  return { words, body: commit };
}

type Given = Omit<Commit, 'project_id' | 'branch' | 'actions'>;

function isSuch(commit: ShownCommit, { commit_message, author_name, author_email }: Given): boolean {
  const isSaid = commit.message?.trimEnd() === commit_message.trimEnd();
  return isSaid && isAsAsked(commit, { author_name, author_email });
}

async function beginsAt(
  ask: AskGitLab,
  commit: ShownCommit,
  { project_id, start_branch: branch }: Pick<Commit, 'project_id' | 'start_branch'>,
): Promise<boolean> {
  if (branch === undefined) return true;
  const { body } = await ask('GET /projects/:project_id/repository/branches/:branch', { project_id, branch });
  return commit.parent_ids?.includes(branchHead.parse(body).commit.id) === true;
}

const COMPARED = new Set(['action', 'file_path', 'content', 'encoding', 'previous_path', 'execute_filemode']);

/** What a file without new content was moved from is gone, and cannot be compared. */
function isExact(action: FileAction): boolean {
  const isCompared = Object.entries(action).every(([name, value]) => value === undefined || COMPARED.has(name));
  return isCompared && (action.action !== 'move' || action.content !== undefined);
}

/** Of several actions on one path the branch shows only the last one's end. */
function touchTwice(actions: readonly FileAction[]): boolean {
  const paths = actions.flatMap(({ file_path, previous_path }) => [file_path, previous_path ?? []].flat());
  return new Set(paths).size < paths.length;
}

async function isDone(look: Look, { action, file_path, previous_path, ...given }: FileAction): Promise<boolean> {
  const found = await look(file_path);
  if (action === 'delete') return found === undefined;
  if (action === 'chmod') return found?.execute_filemode === given.execute_filemode;
  const isThere = found !== undefined && bytesOf(found, 'base64').equals(bytesOf(given, given.encoding));
  return isThere && (previous_path === undefined || (await look(previous_path)) === undefined);
}

const bytesOf = ({ content }: { readonly content?: string | null | undefined }, encoding?: string): Buffer =>
  Buffer.from(content ?? '', encoding === 'base64' ? 'base64' : 'utf8');
