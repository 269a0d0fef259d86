import * as z from 'zod';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import { bytesOf, cutText } from './cut.ts';
import { fitValue } from './fit.ts';
import { createGlob } from './glob.ts';
import { text } from './inputs.ts';
import { localPage } from './local-page.ts';
import type { Args, Reply } from './tool.ts';

const MAX_GLOBS = 50;
const MAX_GLOB_CHARS = 200;

/** Which files of a diff are shown. */
export const diffView = {
  files: z
    .array(text)
    .refine((globs) => globs.length <= MAX_GLOBS && globs.every((glob) => glob.length <= MAX_GLOB_CHARS), {
      message: `at most ${String(MAX_GLOBS)} globs of at most ${String(MAX_GLOB_CHARS)} characters`,
    })
    .optional()
    .describe('Globs; ! excludes.'),
};

const changedFile = z.looseObject({
  old_path: z.string().nullish(),
  new_path: z.string().nullish(),
  a_mode: z.string().nullish(),
  b_mode: z.string().nullish(),
  new_file: z.boolean().nullish(),
  deleted_file: z.boolean().nullish(),
  renamed_file: z.boolean().nullish(),
  generated_file: z.boolean().nullish(),
  collapsed: z.boolean().nullish(),
  too_large: z.boolean().nullish(),
  diff: z.string().nullish(),
});
type ChangedFile = z.infer<typeof changedFile>;

const marks = ['new_file', 'deleted_file', 'renamed_file', 'generated_file', 'collapsed', 'too_large'] as const;

const unsafe = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** What JSON leaves as it is. */
const unescaped = /[\u007F-\u009F\p{Zl}\p{Zp}]/gu;

const escaped = (sign: string): string => String.raw`\u${(sign.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;

/** A name on one line, quoted where it holds the end of one: it could pose as further files. */
const oneLine = (path: string): string =>
  unsafe.test(path) ? JSON.stringify(path).replaceAll(unescaped, escaped) : path;

/** A file can have become executable, or a link, and nothing else. */
function modeOf({ a_mode: from, b_mode: to, new_file, deleted_file }: ChangedFile): readonly string[] {
  const isChange = new_file !== true && deleted_file !== true && typeof from === 'string' && typeof to === 'string';
  return isChange && from !== to ? [`mode ${from} -> ${to}`] : [];
}

/** GitLab leaves out a diff over its limits: https://docs.gitlab.com/administration/diff_limits/ */
function headOf(file: ChangedFile): string {
  const marked = marks.filter((mark) => file[mark] === true).map((mark) => mark.replace('_file', ''));
  const said = [...marked, ...modeOf(file)];
  const note = said.length === 0 ? '' : ` (${said.join(', ')})`;
  const path = oneLine(file.new_path ?? file.old_path ?? '');
  const from = file.renamed_file === true ? `${oneLine(file.old_path ?? '')} -> ` : '';
  const hidden = file.collapsed === true || file.too_large === true;
  const missing = hidden ? '[GitLab left this diff out: read the file with get_file_contents]\n' : '';
  return `### ${from}${path}${note}\n${missing}`;
}

/** The most that each may have so that all together fit: the small ones stay whole, the large ones share what is left. */
function fairShare(sizes: readonly number[], room: number): number {
  const sorted = sizes.toSorted((a, b) => a - b);
  let left = Math.max(0, room);
  for (const [index, size] of sorted.entries()) {
    const share = Math.floor(left / (sorted.length - index));
    if (size > share) return share;
    left -= size;
  }
  return Infinity;
}

/** The diffs below the names of their files. One long diff hides no other file: its own end is cut. */
function textOf(files: readonly ChangedFile[], { maxBytes, rest }: Fitting): string {
  const parts = files.map((file) => ({ head: headOf(file), diff: file.diff ?? '' }));
  const heads = parts.reduce((sum, { head }) => sum + bytesOf(head) + 1, 0);
  const share = fairShare(
    parts.map(({ diff }) => bytesOf(diff)),
    maxBytes - heads,
  );
  const howOn = files.length === 1 ? 'read the file itself with get_file_contents' : rest;
  const shown = parts.map(({ head, diff }) => head + cutText(diff, share, howOn)).join('\n');
  return cutText(shown, maxBytes, 'ask for fewer files with per_page');
}

/** The files that some glob names and no glob excludes; all without globs. */
function wantedFiles(files: readonly ChangedFile[], globs: readonly string[] = []): readonly ChangedFile[] {
  const [excluded, included] = [true, false].map((isExcluding) =>
    globs.filter((glob) => glob.startsWith('!') === isExcluding).map((glob) => createGlob(glob.replace(/^!/u, ''))),
  );
  return files.filter((file) => {
    const paths = [file.new_path, file.old_path].filter((path) => typeof path === 'string');
    const isOneOf = (matches: readonly ((path: string) => boolean)[] = []): boolean =>
      matches.some((match) => paths.some((path) => match(path)));
    return (included?.length === 0 || isOneOf(included)) && !isOneOf(excluded);
  });
}

const view = z.looseObject(diffView);

interface Fitting {
  readonly maxBytes: number;
  /** How to get the rest of a file that is cut. */
  readonly rest: string;
}

interface Shown {
  readonly about: Args;
  readonly args: Args;
  readonly fitting: Fitting;
}

/** Changed files as plain unified diffs, below one line of where the list stands. */
function contentOf({ body, page }: Reply, { about, args, fitting }: Shown): readonly Content[] {
  const files = z.array(changedFile).parse(body);
  const wanted = wantedFiles(files, view.parse(args).files);
  const { page: number, nextPage, total } = page ?? {};
  const skipped = wanted.length === files.length ? undefined : files.length - wanted.length;
  const where = { files: wanted.length, files_skipped: skipped, page: number, next_page: nextPage, total_files: total };
  // Titles of commits may be long, too.
  const head = fitValue({ ...about, ...where }, Math.floor(fitting.maxBytes / 2));
  const maxBytes = fitting.maxBytes - bytesOf(JSON.stringify(head));
  return [jsonBlock(head), textBlock(textOf(wanted, { ...fitting, maxBytes }))];
}

const FILE_ALONE = 'ask for this file alone with files';

type ShowDiffs = (reply: Reply, args: Args, maxBytes: number) => readonly Content[];

/** Reply of the tools whose GitLab call lists changed files. */
export const diffReply =
  (rest: string): ShowDiffs =>
  (reply, args, maxBytes) =>
    contentOf(reply, { about: {}, args, fitting: { maxBytes, rest } });

/** The same for tools that take `files`. */
export const showDiffs = diffReply(FILE_ALONE);

const comparison = z.looseObject({
  commits: z.array(z.looseObject({ short_id: z.unknown(), title: z.unknown(), author_name: z.unknown() })).nullish(),
  diffs: z.array(z.unknown()).nullish(),
  compare_timeout: z.boolean().nullish(),
  compare_same_ref: z.boolean().nullish(),
  web_url: z.string().nullish(),
});

/** A comparison may hold thousands; the newest tell what it is about. */
const MAX_COMMITS = 50;

/** Reply of a comparison: GitLab sends it whole, so the page of its files is cut here. */
export function showComparison(
  { body }: Reply,
  args: { readonly page: number; readonly per_page: number },
  maxBytes: number,
): readonly Content[] {
  const { commits, diffs, compare_timeout, compare_same_ref, web_url } = comparison.parse(body);
  const all = (commits ?? []).map(({ short_id, title, author_name }) => ({ short_id, title, author: author_name }));
  const about = {
    total_commits: all.length,
    newest_commits: args.page === 1 ? all.slice(-MAX_COMMITS).toReversed() : undefined,
    same_ref: compare_same_ref === true ? true : undefined,
    incomplete: compare_timeout === true ? 'GitLab cut the diffs off at its limits.' : undefined,
    web_url: web_url ?? undefined,
  };
  return contentOf(localPage({ body: diffs ?? [] }, args), { about, args, fitting: { maxBytes, rest: FILE_ALONE } });
}
