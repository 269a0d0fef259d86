import * as z from 'zod';
import { Failure } from '../errors.ts';
import type { Question } from '../queue/question.ts';

type Meta = Readonly<Record<string, unknown>>;

/** A wish by its form in `_meta`, and by the words for it. */
interface Form<Value> {
  readonly name: string;
  readonly form: z.ZodType<Value>;
  readonly taken: string;
}

const cache = { name: 'cache', form: z.literal('no-cache').optional(), taken: '"no-cache"' } as const;
const priority = {
  name: 'priority',
  form: z.enum(['interactive', 'bulk']).optional(),
  taken: '"bulk" or "interactive"',
} as const;
const timeout = {
  name: 'timeoutMs',
  form: z.int().min(100).optional(),
  taken: 'a whole number of milliseconds, at least 100',
} as const;

interface Wishes extends Pick<Question, 'noCache' | 'isBulk'> {
  /** Longest time to the answer; the server's own bound holds too. */
  readonly timeoutMs: number;
}

/** What a client wants of one call besides its answer, from the call's `_meta`. */
export function wishesOf(meta: Meta = {}): Wishes {
  return {
    noCache: read(cache, meta) === 'no-cache',
    isBulk: read(priority, meta) === 'bulk',
    timeoutMs: read(timeout, meta) ?? Number.POSITIVE_INFINITY,
  };
}

function read<Value>({ name, form, taken }: Form<Value>, meta: Meta): Value {
  const { success, data } = form.safeParse(meta[name]);
  if (success) return data;
  throw new Failure('INVALID_ARGUMENTS', `_meta.${name} must be ${taken}, or left out.`);
}
