import * as z from 'zod';
import type { Content } from './content.ts';
import { jsonBlock, textBlock } from './content.ts';
import type { Reply } from './tool.ts';

const changedFile = z.looseObject({
  old_path: z.string().nullish(),
  new_path: z.string().nullish(),
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

/** GitLab leaves out a diff over its limits: https://docs.gitlab.com/administration/diff_limits/ */
function render(file: ChangedFile): string {
  const said = marks.filter((mark) => file[mark] === true).map((mark) => mark.replace('_file', ''));
  const note = said.length === 0 ? '' : ` (${said.join(', ')})`;
  const path = file.new_path ?? file.old_path ?? '';
  const from = file.renamed_file === true ? `${file.old_path ?? ''} -> ` : '';
  const hidden = file.collapsed === true || file.too_large === true;
  const missing = hidden ? '[GitLab left this diff out: read the file with get_file_contents]\n' : '';
  return `### ${from}${path}${note}\n${missing}${file.diff ?? ''}`;
}

/** Changed files as plain unified diffs under one line of where the list stands. */
export function showDiffs({ body, page }: Reply): readonly Content[] {
  const files = z.array(changedFile).parse(body);
  const { page: number, nextPage, total } = page ?? {};
  const where = { files: files.length, page: number, next_page: nextPage, total_files: total };
  return [jsonBlock(where), textBlock(files.map((file) => render(file)).join('\n'))];
}
