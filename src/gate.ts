import * as z from 'zod';

/** So many requests in each period, which begins at a whole multiple of it since the epoch, as GitLab's do. */
const limit = z.object({ requests: z.number(), periodMs: z.number() });
export type Limit = Readonly<z.infer<typeof limit>>;

/** One thing that GitLab counts requests for: a token, a token's searches, the address of these workers … */
export const gate = z.object({
  /** A keyed hash. */
  key: z.string(),
  /** What is known of it beforehand; what GitLab says counts where it is stricter or nothing is known. */
  limit: limit.optional(),
  /** Of a gate of which nothing is known one request goes ahead, and the others wait for what its answer says. */
  asksFirst: z.boolean().optional(),
});
export type Gate = Readonly<z.infer<typeof gate>>;
