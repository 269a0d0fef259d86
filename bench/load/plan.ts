import * as z from 'zod';

const toolCall = z.object({ tool: z.string(), args: z.record(z.string(), z.unknown()) });
const restCall = z.object({ path: z.string() });

const lane = z.object({
  headers: z.record(z.string(), z.string()),
  /** A tool call, or a plain GET of GitLab's own API to compare with. */
  calls: z.array(z.union([toolCall, restCall])).readonly(),
  /** How many of its calls the lane has under way at once. */
  atOnce: z.int().positive(),
  /** Pause before each next call. */
  pauseMs: z.number().default(0),
});

/** What the load generator is to do: all lanes side by side, each request to the next target in turn. */
export const plan = z.object({ targets: z.array(z.url()).min(1).readonly(), lanes: z.array(lane).readonly() });

export type Plan = Readonly<z.input<typeof plan>>;
export type Lane = Plan['lanes'][number];
export type Call = Lane['calls'][number];

const outcome = z.object({
  /** Index of the lane, and of the call in it. */
  lane: z.int(),
  index: z.int(),
  /** Epoch milliseconds. */
  begunAt: z.number(),
  ms: z.number(),
  /** `OK`, a code of the service's (`OUTCOME_UNKNOWN`), `HTTP 500`, or `LOST` where no answer came. */
  code: z.string(),
  /** The words of what is not OK. */
  words: z.string(),
});

/** How one call ended. */
export type Outcome = Readonly<z.infer<typeof outcome>>;

/** Between the bench and its load generator. */
export const order = z.object({ id: z.int(), plan });
export const report = z.object({ id: z.int(), outcomes: z.array(outcome) });
