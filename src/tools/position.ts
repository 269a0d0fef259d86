import * as z from 'zod';
import { Failure } from '../errors.ts';
import { count, number, text } from './inputs.ts';
import type { AskGitLab } from './tool.ts';

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
    base_sha: text.optional(),
    start_sha: text.optional(),
    head_sha: text.optional(),
    old_path: text.optional(),
    new_path: text.optional(),
    old_line: number.optional(),
    new_line: number.optional(),
    line_range: unlisted(z.strictObject({ start: point, end: point }))
      .optional()
      .describe('start and end, each {line_code, type: new|old, old_line, new_line}.'),
    x: count(Number.MAX_SAFE_INTEGER).optional(),
    y: count(Number.MAX_SAFE_INTEGER).optional(),
    width: number.optional(),
    height: number.optional(),
  })
  .describe('Shas default to the newest diff. Added line: new_line; removed: old_line; unchanged: both.');

/** The same where a neighbouring tool lists it. */
export const positionAsElsewhere = unlisted(position).describe('As in create_merge_request_thread.');

type Position = z.output<typeof position>;

/** What GitLab would refuse without saying why. */
export function positionFault(place: Position | undefined): string | undefined {
  if (place === undefined) return undefined;
  if (place.old_path === undefined && place.new_path === undefined) return 'position needs new_path or old_path.';
  if (place.position_type === 'text') return lineFault(place);
  return place.position_type === 'image' ? pointFault(place) : undefined;
}

const lineFault = ({ old_line, new_line }: Position): string | undefined =>
  old_line === undefined && new_line === undefined ? 'position needs new_line or old_line.' : undefined;

const pointFault = ({ x, y, width, height }: Position): string | undefined =>
  [x, y, width, height].includes(undefined) ? 'position of an image needs x, y, width and height.' : undefined;

const mergeRequest = z.looseObject({
  diff_refs: z.object({ base_sha: z.string(), start_sha: z.string(), head_sha: z.string() }),
});

interface Which {
  readonly project_id: string;
  readonly merge_request_iid: number;
}

/** The position as GitLab wants it: with both paths, and with the shas of the newest diff unless all are given. */
export async function placed(ask: AskGitLab, which: Which, given: Position | undefined): Promise<Position | undefined> {
  if (given === undefined) return undefined;
  const paths = { old_path: given.old_path ?? given.new_path, new_path: given.new_path ?? given.old_path };
  if (shas.every((name) => given[name] !== undefined)) return { ...given, ...paths };
  const newest = await newestDiff(ask, which);
  const other = shas.filter((name) => given[name] !== undefined && given[name] !== newest[name]);
  if (other.length === 0) return { ...given, ...newest, ...paths };
  const words = `position: the newest diff has not this ${other.join(', ')}; give all three shas or none for the newest.`;
  throw new Failure('INVALID_ARGUMENTS', words);
}

const shas = ['base_sha', 'start_sha', 'head_sha'] as const;

type Shas = Readonly<Record<(typeof shas)[number], string>>;

async function newestDiff(ask: AskGitLab, which: Which): Promise<Shas> {
  const { body } = await ask('GET /projects/:project_id/merge_requests/:merge_request_iid', { ...which });
  const newest = mergeRequest.safeParse(body);
  if (newest.success) return newest.data.diff_refs;
  throw new Failure(
    'GITLAB_REJECTED',
    'GitLab is still preparing the diff of this merge request: try again in a few seconds.',
  );
}
