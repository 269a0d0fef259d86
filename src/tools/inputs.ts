import * as z from 'zod';

/**
 * Argument fields that many tools share. What every tool shares in meaning (how to name a project, paging) is said once,
 * in the server instructions, not in each description.
 */

const textAsNumber = (value: string | number): unknown =>
  typeof value === 'string' && /^-?\d+$/u.test(value.trim()) ? Number(value) : value;

const textAsBoolean = (value: string | boolean): unknown => {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
};

/** `a%2Fb` as clients that follow GitLab's documentation send it; a GitLab path never holds a % of its own. */
function decodedOnce(value: string | number): unknown {
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'string') return value;
  try {
    return decodeURIComponent(value.trim());
  } catch {
    return value;
  }
}

/**
 * A number, or a path of names that neither begin nor end as GitLab forbids: https://docs.gitlab.com/user/reserved_names/
 * Each character fits one place only, so that no argument takes more than one pass; of a name longer than GitLab's are,
 * whose parts would overflow the stack, not even one is begun.
 */
const NAMESPACE = /^(?=.{1,1000}$)(?:\d+|[.-]*\w[\w.-]*(?:\/[.-]*\w[\w.-]*)*)$/u;
const PROJECT = /^(?=.{1,1000}$)(?:\d+|[.-]*\w[\w.-]*(?:\/[.-]*\w[\w.-]*)+)$/u;

/** Listed as a plain string, since clients stumble over unions; a number is taken too. */
export const projectId = z.preprocess(
  decodedOnce,
  z.string().regex(PROJECT, 'give the project id (42) or its full path (group/project)'),
);

/** A group or user namespace: number or full path. */
export const namespacePath = z.preprocess(
  decodedOnce,
  z.string().regex(NAMESPACE, 'give the namespace id (42) or its full path (group/subgroup)'),
);

/** A positive number as GitLab shows it (#7, !12) or numbers internally. */
export const number = z.preprocess(textAsNumber, z.int().positive());
export const count = (max: number): z.ZodType<number, string | number> =>
  z.preprocess(textAsNumber, z.int().min(0).max(max));
export const flag = z.preprocess(textAsBoolean, z.boolean());
export const text = z.string().min(1);
/** People; GitLab takes a lone 0 for nobody. */
export const ids = z.array(count(Number.MAX_SAFE_INTEGER));

const page = z.preprocess(textAsNumber, z.int().min(1)).default(1);
const perPage = z.preprocess(textAsNumber, z.int().min(1).max(100)).default(20);
export const paging = { page, per_page: perPage };

/** GitLab takes labels as one comma-separated string; an array is taken too. */
export const labels = z
  .preprocess((value: string | readonly string[]) => (Array.isArray(value) ? value.join(',') : value), z.string())
  .describe('Comma-separated names.');

/** A path inside a repository, never above or beside it. */
export const filePath = z
  .string()
  .min(1)
  .refine((value) => !/[\0\r\n]/u.test(value), 'must not hold NUL, CR or LF')
  .refine((value) => value.split('/').every((part) => part !== '' && part !== '.' && part !== '..'), {
    message: 'must be a path inside the repository without empty, "." or ".." parts',
  });

/** A folder or file of a repository: an outer slash or dot says nothing, and nothing is the whole. */
export const treePath = z
  .string()
  .transform((value) => value.replace(/^\.?(?:\/|$)/u, '').replace(/\/$/u, '') || undefined)
  .pipe(filePath.optional());

/** The name of a file without any path. */
export const fileName = z.string().regex(/^(?!\.{1,2}$)[^\0\r\n/\\]+$/u, 'must be a name without a path');
