import * as z from 'zod';
import { caller } from '../caller.ts';
import { failureData } from '../errors.ts';

/** Raised when a field changes its meaning: a worker refuses what it does not understand. */
export const CALL_VERSION = 1;

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
});
export type Call = Readonly<z.infer<typeof call>>;

/** What comes back: content blocks for the client, or a failure by its code. */
export const answer = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), content: z.array(z.looseObject({ type: z.string() })) }),
  failureData.extend({ ok: z.literal(false) }),
]);
export type Answer = Readonly<z.infer<typeof answer>>;

/** What lies readable in Redis beside the sealed call: keyed hashes and times. */
export const ticket = z.object({
  v: z.literal(CALL_VERSION),
  api: z.string(),
  user: z.string(),
  gates: z.array(z.string()),
  deadline: z.number(),
  /** The sealed call, base64. */
  sealed: z.string(),
});
export type Ticket = Readonly<z.infer<typeof ticket>>;
