import * as z from 'zod';
import { number, text } from './inputs.ts';

/** Checked in full, but listed as a plain object: listings are precious, and the description says the rest. */
const unlisted = <Schema extends z.ZodType>(
  schema: Schema,
): z.ZodPipe<z.ZodObject<Record<never, z.ZodType>, z.core.$loose>, z.ZodPreprocess<Schema>> =>
  z.looseObject({}).pipe(z.preprocess((value) => value, schema));

const point = z.strictObject({
  line_code: text.optional(),
  type: z.enum(['new', 'old']).nullish(),
  old_line: number.nullish(),
  new_line: number.nullish(),
});

/** Where a diff note stands: https://docs.gitlab.com/api/discussions/#create-a-new-thread-in-the-merge-request-diff */
export const position = z
  .strictObject({
    position_type: z.enum(['text', 'image', 'file']).default('text'),
    base_sha: text,
    start_sha: text,
    head_sha: text,
    old_path: text.optional(),
    new_path: text.optional(),
    old_line: number.optional(),
    new_line: number.optional(),
    line_range: unlisted(z.strictObject({ start: point, end: point }))
      .optional()
      .describe('start and end, each {line_code, type: new|old, old_line, new_line}.'),
    x: number.optional(),
    y: number.optional(),
    width: number.optional(),
    height: number.optional(),
  })
  .describe('shas: diff_refs of the merge request. Line added: new_line; removed: old_line; unchanged: both.');

/** The same where a neighbouring tool lists it. */
export const positionAsElsewhere = unlisted(position).describe('As in create_merge_request_thread.');

interface Place {
  readonly position_type: string;
  readonly old_path?: string | undefined;
  readonly new_path?: string | undefined;
  readonly old_line?: number | undefined;
  readonly new_line?: number | undefined;
}

/** What GitLab would refuse with words about a line code. */
export function positionFault(place: Place | undefined): string | undefined {
  if (place === undefined) return undefined;
  const { position_type, old_path, new_path, old_line, new_line } = place;
  if (old_path === undefined && new_path === undefined) return 'position needs new_path or old_path.';
  const isLine = position_type === 'text';
  if (isLine && old_line === undefined && new_line === undefined) return 'position needs new_line or old_line.';
  return undefined;
}
