import { setImmediate as nextTurn } from 'node:timers/promises';
import type { IQueueBackend } from 'bullmq';
import * as z from 'zod';
import { vouched } from './lock.ts';
import type { FailedAttempt, MemoryQueue } from './queue.ts';
import type { Settings } from './settings.ts';

type Operations = Pick<
  IQueueBackend,
  | 'moveToActive'
  | 'moveToCompleted'
  | 'moveToFailed'
  | 'moveToDelayed'
  | 'retryJob'
  | 'updateProgress'
  | 'extendLock'
  | 'extendLocks'
  | 'moveStalledJobsToWait'
>;

interface OperationsOptions {
  readonly queue: MemoryQueue;
  readonly settings: Settings;
  readonly isClosing: () => boolean;
}

/** What a Worker does with the jobs that it takes. */
export function createWorkerOperations({ queue, settings, isClosing }: OperationsOptions): Operations {
  const { lockDuration: lockMs, maxStalledCount, name: processedBy } = settings;

  /** BullMQ's answer to a fetch: the job and its id, or neither. When to look again is told by `waitForJob`. */
  async function fetch(token: string): Promise<unknown[]> {
    // Jobs that end at once would otherwise follow each other without a turn for timers and sockets.
    await nextTurn();
    if (isClosing()) return [];
    const job = queue.take({ token, lockMs, processedBy });
    return job === undefined ? [null, '', 0, 0] : [job, job.id, 0, 0];
  }

  async function finish(outcome: 'completed' | 'failed', end: End): Promise<{ result: unknown[]; finishedOn: number }> {
    const { id = '', token, fetchNext } = end;
    const finishedOn = Date.now();
    queue.finish({ id, token, command: 'moveToFinished' });
    if (settings.metrics !== undefined) queue.finished[outcome] += 1;
    return { result: fetchNext ? await fetch(token) : [], finishedOn };
  }

  return {
    moveToActive: fetch,
    // The value or reason and what to keep (args 2 and 3) have no place to go: no finished job is kept.
    moveToCompleted: async (...[{ id }, , , token, fetchNext]) => finish('completed', { id, token, fetchNext }),
    moveToFailed: async (...[{ id }, , , token, fetchNext]) => finish('failed', { id, token, fetchNext }),
    moveToDelayed: async (...[id, timestamp, delayMs, token = vouched, options = {}]) => {
      const failed = options.skipAttempt === true ? undefined : failedAttempt(options.fieldsToUpdate);
      queue.postpone({ id, token, command: 'moveToDelayed' }, { dueAt: timestamp + delayMs, delayMs, failed });
      return options.fetchNext === true ? fetch(token) : [];
    },
    retryJob: async (...[id, , token = vouched, options = {}]) => {
      queue.retry({ id, token, command: 'retryJob' }, failedAttempt(options.fieldsToUpdate));
    },
    updateProgress: async (id, progress) => {
      queue.note({ id, token: vouched, command: 'updateProgress' }, progress);
    },
    extendLock: async (id, token, durationMs) => (queue.extendLock({ id, token }, durationMs) ? 1 : 0),
    extendLocks: async (ids, tokens, durationMs) =>
      ids.filter((id, at) => !queue.extendLock({ id, token: tokens[at] ?? '' }, durationMs)),
    moveStalledJobsToWait: async () => queue.recoverStalled(maxStalledCount),
  };
}

interface End {
  readonly id: string | undefined;
  readonly token: string;
  readonly fetchNext: boolean;
}

const attemptFields = z.object({ failedReason: z.string().default(''), stacktrace: z.string().default('[]') });

function failedAttempt(fieldsToUpdate: unknown): FailedAttempt {
  return attemptFields.parse(fieldsToUpdate ?? {});
}
