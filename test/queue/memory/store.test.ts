import { Queue } from 'bullmq';
import type { JobJson, JobsOptions } from 'bullmq';
import { beforeEach, describe, expect, test } from 'vitest';
import { memoryBackendFactory } from '../../../src/queue/memory/backend.ts';
import { createMemoryStore } from '../../../src/queue/memory/store.ts';

const connection = {};
const run = { id: 'x', token: 'mine', command: 'test' };
const claim = { token: 'mine', lockMs: 100, processedBy: undefined };

describe('a store', () => {
  test('is shared by the queues and workers of one name and prefix, and by no others', async () => {
    const store = createMemoryStore();
    const backend = memoryBackendFactory(store);
    const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
    const queue = new Queue('a', { connection, defaultJobOptions }, backend);
    const same = new Queue('a', { connection }, backend);
    const others = [
      new Queue('b', { connection }, backend),
      new Queue('a', { connection, prefix: '{p}' }, backend),
      new Queue('a', { connection }, memoryBackendFactory(createMemoryStore())),
    ];
    await queue.add('job', {});
    expect(await same.count()).toBe(1);
    expect(await Promise.all(others.map(async (other) => other.count()))).toEqual([0, 0, 0]);
    expect(store.queue('bull:a').count('waiting')).toBe(1);
  });
});

describe('a queue, by its clock', () => {
  let now = 0;
  const { queue } = createMemoryStore({ now: () => now });
  let name = 0;
  const fresh = (): ReturnType<typeof queue> => queue(String((name += 1)));

  beforeEach(() => {
    now = 1_000;
  });

  test('hands a delayed job out when it is due and not a millisecond earlier', () => {
    const jobs = fresh();
    jobs.add(jobOf({ delay: 50 }), 'x');
    now = 1_049;
    expect([jobs.take(claim), jobs.quietMs(5_000)]).toEqual([undefined, 1]);
    now = 1_050;
    expect(jobs.quietMs(5_000)).toBe(0);
    expect(jobs.take(claim)).toMatchObject({ id: 'x', delay: 0, processedOn: 1_050 });
    expect(jobs.quietMs(5_000)).toBe(5_000);
  });

  test('lets a worker keep a job until its lock expires', () => {
    const jobs = fresh();
    jobs.add(jobOf({}), 'x');
    jobs.take(claim);
    now = 1_099;
    expect([jobs.remove('x'), jobs.recoverStalled(1)]).toEqual([false, []]);
    now = 1_100;
    expect(() => {
      jobs.finish(run);
    }).toThrow('Missing lock for job x. test');
    expect(jobs.extendLock(run, 100)).toBe(false);
    expect(jobs.recoverStalled(1)).toEqual(['x']);
    expect(jobs.count('active')).toBe(0);
  });

  test('counts a lock from its last extension', () => {
    const jobs = fresh();
    jobs.add(jobOf({}), 'x');
    jobs.take(claim);
    now = 1_099;
    expect(jobs.extendLock(run, 100)).toBe(true);
    now = 1_198;
    expect(jobs.recoverStalled(1)).toEqual([]);
    jobs.finish(run);
    expect(jobs.lookUp('x')).toBeUndefined();
  });

  test('takes the word of a caller without a token for a running job', () => {
    const jobs = fresh();
    jobs.add(jobOf({}), 'x');
    jobs.take(claim);
    now = 9_000;
    jobs.finish({ ...run, token: '0' });
    expect(jobs.lookUp('x')).toBeUndefined();
  });

  test('marks a job for failure at the first stall beyond the limit', () => {
    const jobs = fresh();
    jobs.add(jobOf({ priority: 3 }), 'x');
    const reasons = [1, 2, 3].map(() => {
      const reason = jobs.take(claim)?.deferredFailure;
      now += 100;
      jobs.recoverStalled(1);
      return reason;
    });
    const failure = 'job stalled more than allowable limit';
    expect(reasons).toEqual([undefined, undefined, failure]);
    expect(jobs.lookUp('x')?.job).toMatchObject({ stalledCounter: 3, attemptsStarted: 3, priority: 3 });
  });
});

function jobOf(opts: JobsOptions): JobJson {
  const counters = { attemptsMade: 0, attemptsStarted: 0, stalledCounter: 0, progress: 0 };
  return { id: '', name: 'job', data: '{}', opts, timestamp: 1_000, failedReason: '', returnvalue: '', ...counters };
}
