import * as z from 'zod';
import type { Entered, Reserved } from '../coordinator.ts';

const slotVerdicts = ['go', 'wait', 'limited', 'unavailable'] as const;
const slotReply = z.tuple([z.enum(slotVerdicts), z.number()]);

/** Of `enter`. */
export const verdicts = z.enum([...slotVerdicts, 'expired', 'cancelled', 'orphan', 'claimed']);
const enterReply = z.tuple([verdicts, z.number()]);
type Verdict = z.infer<typeof verdicts>;

/** What `reserve` gives. */
export const readReserved = (reply: unknown): Reserved => enteredOf(...slotReply.parse(reply));

/** What `enter` gives. */
export const readEntered = (reply: unknown): Entered => enteredOf(...enterReply.parse(reply));

export function enteredOf(verdict: Reserved['verdict'], waitMs: number): Reserved;
export function enteredOf(verdict: Verdict, waitMs: number): Entered;
export function enteredOf(verdict: Verdict, waitMs: number): Entered {
  return verdict === 'wait' || verdict === 'limited' || verdict === 'unavailable' ? { verdict, waitMs } : { verdict };
}
