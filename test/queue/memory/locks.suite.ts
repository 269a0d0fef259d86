import { setTimeout as sleep } from 'node:timers/promises';
import { ErrorCode } from 'bullmq';
import { expect, test, vi } from 'vitest';
import { completed, failed, runAll } from './bench.ts';
import type { Bench } from './bench.ts';

/** Who has a say over a running job, and what becomes of one whose worker has died. */
export function handsOverLocks(current: () => Bench): void {
  test('only the worker that holds a job can end it', async () => {
    const job = await taken(current(), { token: 'mine', lockDuration: 30_000 });
    const theirs = [
      job.moveToCompleted(undefined, 'theirs', false),
      job.moveToFailed(new Error('no'), 'theirs', false),
      job.moveToDelayed(Date.now(), 'theirs'),
    ];
    const refusal = { status: 'rejected', reason: { code: ErrorCode.JobLockMismatch } };
    expect(await Promise.allSettled(theirs)).toMatchObject([refusal, refusal, refusal]);
    await expect(job.moveToCompleted(undefined, 'mine', false)).resolves.toEqual([]);
  });

  test('names the lost lock in the words of BullMQ', async () => {
    const job = await taken(current(), { token: 'mine', lockDuration: 30_000 });
    await expect(job.moveToCompleted(undefined, 'theirs', false)).rejects.toThrow(
      'Lock mismatch for job x. Cmd moveToFinished from active',
    );
    await expect(job.moveToDelayed(Date.now(), 'theirs')).rejects.toThrow(
      'Lock mismatch for job x. Cmd moveToDelayed from active',
    );
  });

  test('a worker whose lock has expired has no say any more', async () => {
    const job = await taken(current(), { token: 'mine', lockDuration: 30 });
    await sleep(60);
    expect(await job.extendLock('mine', 1_000)).toBe(0);
    const late = job.moveToCompleted(undefined, 'mine', false);
    await expect(late).rejects.toMatchObject({ code: ErrorCode.JobLockNotExist });
    await expect(late).rejects.toThrow('Missing lock for job x. moveToFinished');
  });

  test('a job that was removed after its lock expired cannot be ended', async () => {
    const bench = current();
    const job = await taken(bench, { token: 'mine', lockDuration: 30 });
    await vi.waitFor(async () => {
      expect(await bench.queue.remove('x')).toBe(1);
    });
    const late = job.moveToCompleted(undefined, 'mine', false);
    await expect(late).rejects.toMatchObject({ code: ErrorCode.JobNotExist });
    await expect(late).rejects.toThrow('Missing key for job x. moveToFinished');
  });

  test('a job that does not run cannot be delayed by a caller without a token', async () => {
    const job = await current().add('job', { jobId: 'x' });
    const early = job.moveToDelayed(Date.now() + 1_000);
    await expect(early).rejects.toMatchObject({ code: ErrorCode.JobNotInState });
    await expect(early).rejects.toThrow('Job x is not in the active state. moveToDelayed');
  });

  test('a job that its worker delays is delayed for as long as it says', async () => {
    const bench = current();
    const job = await taken(bench, { token: 'mine', lockDuration: 30_000 });
    await job.moveToDelayed(Date.now() + 60_000, 'mine');
    expect(await bench.queue.getJobState('x')).toBe('delayed');
    const delayed = await bench.queue.getJob('x');
    expect(delayed?.delay).toBeGreaterThan(59_000);
    expect(delayed?.delay).toBeLessThanOrEqual(60_000);
  });

  test('extending a lock takes the token that holds it', async () => {
    const bench = current();
    const job = await taken(bench, { token: 'mine', lockDuration: 40 });
    expect(await job.extendLock('mine', 60_000)).toBe(1);
    expect(await job.extendLock('theirs', 60_000)).toBe(0);
    await sleep(60);
    expect(await bench.queue.remove('x')).toBe(0);
    expect(await bench.queue.getBackend().extendLocks(['x', 'y'], ['mine', 'mine'], 60_000)).toEqual(['y']);
    await job.moveToCompleted(undefined, 'mine', false);
  });

  test('a job that runs for longer than its lock keeps it, and runs once', async () => {
    const bench = current();
    let runs = 0;
    const options = { lockDuration: 100, stalledInterval: 20, concurrency: 2 };
    const worker = bench.work(async () => {
      runs += 1;
      await sleep(350);
    }, options);
    await bench.add('long');
    await completed(worker);
    expect(runs).toBe(1);
  });

  test('a job whose worker died runs again, before all others', async () => {
    const bench = current();
    await taken(bench, { token: 'dead', lockDuration: 30, priority: 9 });
    await bench.add('other', { priority: 1 });
    await bench.add('other');
    await sleep(60);
    const worker = bench.work(null, { stalledInterval: 10, maxStalledCount: 1 });
    const stalled = new Promise((resolve) => {
      worker.once('stalled', resolve);
    });
    await worker.startStalledCheckTimer();
    expect(await stalled).toBe('x');
    const again = await worker.getNextJob('mine');
    expect(again).toMatchObject({ id: 'x', attemptsStarted: 2, attemptsMade: 0, stalledCounter: 1 });
    await again?.moveToCompleted(undefined, 'mine', false);
    expect(await runAll(bench, 2)).toEqual(['other', 'other']);
  });

  test('a job that stalled too often fails without running again', async () => {
    const bench = current();
    await taken(bench, { token: 'dead', lockDuration: 30 });
    await sleep(60);
    let runs = 0;
    const worker = bench.work(
      async () => {
        runs += 1;
      },
      { stalledInterval: 20, maxStalledCount: 0 },
    );
    const { job, error } = await failed(worker);
    expect([job?.id, error.message, runs]).toEqual(['x', 'job stalled more than allowable limit', 0]);
    expect(await bench.leftovers()).toEqual([]);
  });
}

interface Taking {
  readonly token: string;
  readonly lockDuration: number;
  readonly priority?: number;
}

/** A job taken by hand, so that nobody renews its lock. */
async function taken(bench: Bench, { token, lockDuration, priority = 0 }: Taking): ReturnType<Bench['add']> {
  await bench.add('taken', { jobId: 'x', priority });
  const job = await bench.work(null, { lockDuration }).getNextJob(token);
  if (job === undefined) throw new Error('nothing to take');
  return job;
}
