import * as z from 'zod';
import { caller } from '../caller.ts';
import { failureData } from '../errors.ts';

/** Raised when a field changes its meaning: a worker refuses what it does not understand. */
export const CALL_VERSION = 2;

/** What a worker gets to do: sealed on its way, for it holds the token and the arguments. */
export const call = z.object({
  v: z.literal(CALL_VERSION),
  id: z.string(),
  tool: z.string(),
  args: z.record(z.string(), z.unknown()),
  caller,
  token: z.string(),
  /** Epoch milliseconds after which nobody waits any more. */
  deadline: z.number(),
  /** Epoch milliseconds when the API handed the call over. */
  askedAt: z.number().optional(),
  /** GitLab is asked anew: no cached answer is used, nor kept. */
  noCache: z.boolean().optional(),
});
export type Call = Readonly<z.infer<typeof call>>;

/** How a call went, for the logs: nothing of what it was about. */
const facts = z.object({
  /** Requests sent to GitLab for it. */
  attempts: z.number(),
  /** The sum of the three below, which an older worker does not tell apart. */
  waitMs: z.number(),
  /** For a place in a worker. */
  queueMs: z.number().optional(),
  /** For GitLab's rate limits. */
  gateMs: z.number().optional(),
  /** Between a failed request and its retry. */
  backoffMs: z.number().optional(),
  /** GitLab's time and ours. */
  runMs: z.number(),
  /** How often GitLab answered with 429. */
  throttled: z.number().optional(),
  /** GitLab's X-Request-Id of the last answer, by which its administrator finds the request. */
  requestId: z.string().optional(),
  /** Why GitLab did not answer a failed call as wished: a status, or the code of a broken connection. */
  why: z.string().optional(),
  /** The name of the token's GitLab user, once it is known. */
  gitlabUser: z.string().optional(),
});
export type Facts = Readonly<z.infer<typeof facts>>;

/** The answer is that of an earlier call under the same idempotency key. */
const isReplayed = z.boolean().optional();

/** What comes back: content blocks for the client, or a failure by its code. */
export const answer = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    content: z.array(z.looseObject({ type: z.string() })),
    facts: facts.optional(),
    isReplayed,
  }),
  failureData.extend({ ok: z.literal(false), facts: facts.optional(), isReplayed }),
]);
export type Answer = Readonly<z.infer<typeof answer>>;

/** What lies readable in Redis beside the sealed call: keyed hashes and times. */
export const ticket = z.object({
  v: z.literal(CALL_VERSION),
  api: z.string(),
  deadline: z.number(),
  /** Whose call it is: a keyed hash. With it the answer ends the call for the caps. */
  user: z.string().optional(),
  /** Under which a repeated call gets this call's answer: a keyed hash. */
  replay: z.string().optional(),
  /** The sealed call, base64. */
  sealed: z.string(),
});
export type Ticket = Readonly<z.infer<typeof ticket>>;
