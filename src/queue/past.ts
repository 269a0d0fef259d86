import { DelayedError } from 'bullmq';
import type { Job } from 'bullmq';
import * as z from 'zod';
import type { Facts, Ticket } from './call.ts';

const past = z.object({
  attempts: z.number(),
  throttled: z.number(),
  gateMs: z.number(),
  backoffMs: z.number(),
  runMs: z.number(),
  why: z.string().optional(),
});

/** What the earlier turns of a call have come to: each begins anew, and only the last one answers. */
export type Past = Readonly<z.infer<typeof past>>;

export const NO_PAST: Past = { attempts: 0, throttled: 0, gateMs: 0, backoffMs: 0, runMs: 0 };

type QueuedJob = Pick<Job<Ticket>, 'moveToDelayed' | 'progress' | 'updateProgress'>;

/** It lies in BullMQ's progress of the job, which workers of other versions leave alone; one may have written it otherwise. */
export const pastOf = ({ progress }: Pick<QueuedJob, 'progress'>): Past => past.safeParse(progress).data ?? NO_PAST;

/** Of a call so long after it was asked: what is in none of its turns it has waited for one. */
export function factsOf({ attempts, throttled, gateMs, backoffMs, runMs }: Past, agoMs: number): Facts {
  const queueMs = Math.max(0, agoMs - gateMs - backoffMs - runMs);
  const waitMs = queueMs + gateMs + backoffMs;
  return { attempts, waitMs, queueMs, gateMs, backoffMs, runMs, ...(throttled > 0 && { throttled }) };
}

/** The facts of a call that gets no further turn. */
export function lastFacts(job: Pick<Job, 'progress' | 'timestamp'>, now: number): Facts {
  const left = pastOf(job);
  return { ...factsOf(left, now - job.timestamp), ...(left.why !== undefined && { why: left.why }) };
}

interface Return {
  readonly token: string | undefined;
  readonly now: number;
  /** For GitLab's limits. */
  readonly waitMs: number;
  /** Nothing where this turn came to nothing. */
  readonly past?: Past | undefined;
}

/**
 * moveToWait of a prioritised job does not wake idle workers in BullMQ 6.7, so it is delayed instead. What it leaves behind goes
 * in the same write, and may get lost: it is only counted.
 */
export async function comeBack(job: QueuedJob, { token, now, waitMs, past: left }: Return): Promise<never> {
  const before = left ?? pastOf(job);
  const noted = job.updateProgress({ ...before, gateMs: before.gateMs + waitMs }).catch(() => undefined);
  await Promise.all([noted, job.moveToDelayed(now + waitMs, token)]);
  throw new DelayedError();
}
