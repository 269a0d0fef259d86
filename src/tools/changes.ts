import * as z from 'zod';
import { count } from './inputs.ts';
import type { Args } from './tool.ts';

/** The id of something that can be taken away again. */
export const idOrNone = count(Number.MAX_SAFE_INTEGER).describe('0: none.');

const isDate = (value: string): boolean => z.iso.date().safeParse(value).success;

/** A day that can be taken away again: GitLab wants an empty text for that. */
export const dateOrNone = z
  .preprocess(
    (value: string | null) => value ?? '',
    z.string().refine((value) => value === '' || isDate(value), 'must be a date such as 2026-01-31, or empty'),
  )
  .describe('YYYY-MM-DD. Empty: none.');

/** Refuses an update that changes nothing: arguments other than those which say what to change. */
export const refuseNoChange =
  (...which: readonly string[]) =>
  (args: Args): string | undefined =>
    Object.entries(args).some(([name, value]) => value !== undefined && !which.includes(name))
      ? undefined
      : 'Give at least one thing to change.';
