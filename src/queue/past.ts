import { DelayedError } from 'bullmq';
import type { Job } from 'bullmq';
import * as z from 'zod';
import type { Ticket } from './call.ts';

const past = z.object({ attempts: z.number(), throttled: z.number() });

/** What the earlier turns of a call have come to: each begins anew, and only the last one answers. */
export type Past = Readonly<z.infer<typeof past>>;

export const NO_PAST: Past = { attempts: 0, throttled: 0 };

type QueuedJob = Pick<Job<Ticket>, 'moveToDelayed' | 'progress' | 'updateProgress'>;

/** It lies in BullMQ's progress of the job, which workers of other versions leave alone; one may have written it otherwise. */
export const pastOf = ({ progress }: Pick<QueuedJob, 'progress'>): Past => past.safeParse(progress).data ?? NO_PAST;

interface Return {
  readonly token: string | undefined;
  readonly at: number;
  /** Nothing where it has not changed. */
  readonly past: Past | undefined;
}

/**
 * moveToWait of a prioritised job does not wake idle workers in BullMQ 6.7, so it is delayed instead. What it leaves behind goes
 * in the same write, and may get lost: it is only counted.
 */
export async function comeBack(job: QueuedJob, { token, at, past: left }: Return): Promise<never> {
  const noted = left === undefined ? undefined : job.updateProgress(left).catch(() => undefined);
  await Promise.all([noted, job.moveToDelayed(at, token)]);
  throw new DelayedError();
}
