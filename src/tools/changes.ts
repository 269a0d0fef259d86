import { count } from './inputs.ts';
import type { Args } from './tool.ts';

/** The id of something that can be taken away again. */
export const idOrNone = count(Number.MAX_SAFE_INTEGER).describe('0: none.');

/** Refuses an update that changes nothing: arguments other than those which say what to change. */
export const refuseNoChange =
  (...which: readonly string[]) =>
  (args: Args): string | undefined =>
    Object.entries(args).some(([name, value]) => value !== undefined && !which.includes(name))
      ? undefined
      : 'Give at least one thing to change.';
