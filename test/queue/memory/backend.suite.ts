import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError } from 'bullmq';
import type { Job } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { completed, failed, failsIfBad, openBench, runAll, startOne } from './bench.ts';
import type { Bench, Place } from './bench.ts';
import { handsOverLocks } from './locks.suite.ts';
import { keepsTime } from './timing.suite.ts';

/** What this service relies on in BullMQ, whatever its queues live on. */
export function behavesLikeBullMq(place: Place): void {
  let bench: Bench;
  const current = (): Bench => bench;

  beforeEach(() => {
    bench = openBench(place);
  });

  afterEach(async () => {
    await bench.close();
  });

  describe('order', () => {
    ordersJobs(current);
  });
  describe('a job', () => {
    carriesJobs(current);
    takesNotes(current);
  });
  describe('the queue', () => {
    keepsState(current);
  });
  describe('time', () => {
    keepsTime(current);
  });
  describe('locks', () => {
    handsOverLocks(current);
  });
}

function ordersJobs(current: () => Bench): void {
  test('jobs without a priority go first, then the smallest number, then the oldest', async () => {
    const bench = current();
    const priorities = { a: 5, b: 1, c: 0, d: 1, e: 0, f: 5, g: 2_097_151 };
    const jobs = Object.entries(priorities).map(([name, priority]) => ({ name, data: {}, opts: { priority } }));
    await bench.queue.addBulk(jobs);
    expect(await runAll(bench, 7)).toEqual(['c', 'e', 'b', 'd', 'a', 'f', 'g']);
  });

  test('jobs of equal priority leave as they came', async () => {
    const bench = current();
    const arrivals = Array.from({ length: 60 }, (_, at) => ({
      name: `job ${String(at)}`,
      priority: 1 + ((at * 7) % 5),
    }));
    await bench.queue.addBulk(arrivals.map(({ name, priority }) => ({ name, data: {}, opts: { priority } })));
    const served = arrivals.toSorted((left, right) => left.priority - right.priority).map(({ name }) => name);
    expect(await runAll(bench, 60)).toEqual(served);
  });

  test('two workers share the jobs and run none twice', async () => {
    const bench = current();
    const names = Array.from({ length: 40 }, (_, at) => `job ${String(at)}`);
    await bench.queue.addBulk(names.map((name) => ({ name, data: {} })));
    const run = await runAll(bench, 40, 2);
    expect(run.toSorted()).toEqual(names.toSorted());
  });

  test('a worker runs as many jobs at once as its concurrency says', async () => {
    const bench = current();
    await bench.queue.addBulk(Array.from({ length: 12 }, () => ({ name: 'job', data: {} })));
    expect(await mostAtOnce(bench, { concurrency: 4, count: 12 })).toBe(4);
  });
}

function carriesJobs(current: () => Bench): void {
  test('with an id that is known is not added again', async () => {
    const bench = current();
    const first = await bench.add('first', { jobId: 'same' });
    const second = await bench.add('second', { jobId: 'same', priority: 1 });
    await bench.add('last', { priority: 9 });
    expect([first.id, second.id]).toEqual(['same', 'same']);
    expect(await runAll(bench, 2)).toEqual(['first', 'last']);
  });

  test('with the id of a running job is not added', async () => {
    const bench = current();
    const { finish } = await startOne(bench, { jobId: 'same' });
    await bench.add('second', { jobId: 'same' });
    expect(await bench.queue.getJobCounts('active', 'waiting')).toEqual({ active: 1, waiting: 0 });
    await finish();
  });

  test('may have the id of a job that has ended', async () => {
    const bench = current();
    const { worker, finish } = await startOne(bench, { jobId: 'same' });
    await finish();
    await worker.close();
    await bench.add('second', { jobId: 'same' });
    expect(await runAll(bench, 1)).toEqual(['second']);
  });

  test('without an id gets the number of its arrival', async () => {
    const bench = current();
    await bench.add('a', { jobId: 'custom' });
    const added = await bench.queue.addBulk([
      { name: 'b', data: {} },
      { name: 'c', data: {}, opts: { jobId: '' } },
    ]);
    expect(added.map(({ id }) => id)).toEqual(['2', '3']);
  });

  test('carries its data as JSON, cut off from what the sender does later', async () => {
    const bench = current();
    const data = { when: new Date(0), absent: undefined, list: [1] };
    const opts = { attempts: 2, backoff: { type: 'fixed', delay: 7 } };
    await bench.queue.add('job', data, opts);
    data.list.push(2);
    opts.backoff.delay = 8;
    const job = await completed(bench.work(async () => undefined));
    expect(job.data).toEqual({ when: '1970-01-01T00:00:00.000Z', list: [1] });
    expect(job.opts).toMatchObject({ attempts: 2, backoff: { type: 'fixed', delay: 7 } });
  });

  test('says who runs it, since when and for which time', async () => {
    const bench = current();
    const { job, finish } = await startOne(bench, { jobId: 'x', priority: 3 });
    expect(job).toMatchObject({
      processedBy: 'the worker',
      attemptsStarted: 1,
      attemptsMade: 0,
      priority: 3,
      delay: 0,
    });
    expect(job.processedOn).toBeGreaterThanOrEqual(job.timestamp);
    expect(await bench.queue.getJob('x')).toMatchObject({
      id: 'x',
      data: { job: 'running' },
      processedBy: 'the worker',
    });
    await finish();
    expect(await bench.queue.getJob('x')).toBeUndefined();
  });
}

function takesNotes(current: () => Bench): void {
  test('that is delayed keeps the note that its worker left in the same turn', async () => {
    const bench = current();
    const note = { attempts: 2 };
    await bench.add('job', { priority: 1 });
    const job = await completed(
      bench.work(async (running, token) => {
        if (running.attemptsStarted > 1) return;
        await Promise.all([running.updateProgress(note), running.moveToDelayed(Date.now() + 10, token)]);
        throw new DelayedError();
      }),
    );
    expect(job.progress).toEqual(note);
  });

  test('that has gone takes no note', async () => {
    const bench = current();
    const job = await bench.add('job');
    await completed(bench.work(async () => undefined));
    await expect(job.updateProgress(1)).rejects.toThrow('Missing key for job');
  });
}

function keepsState(current: () => Bench): void {
  test('counts jobs by the place they are in', async () => {
    const bench = current();
    const { finish } = await startOne(bench, { jobId: 'a' });
    await bench.add('waiting', { jobId: 'w' });
    await bench.add('prioritized', { jobId: 'p', priority: 1 });
    await bench.add('delayed', { jobId: 'd', delay: 60_000 });
    const placed = { active: 1, waiting: 1, prioritized: 1, delayed: 1 };
    expect(await bench.queue.getJobCounts()).toEqual({ ...placed, completed: 0, failed: 0, 'waiting-children': 0 });
    expect(await bench.queue.getJobCounts('wait', 'active')).toEqual({ wait: 1, active: 1 });
    const states = await Promise.all(['a', 'w', 'p', 'd', 'x'].map(async (id) => bench.queue.getJobState(id)));
    expect(states).toEqual(['active', 'waiting', 'prioritized', 'delayed', 'unknown']);
    await finish();
  });

  test('tells which jobs with a priority are first in line', async () => {
    const bench = current();
    for (const [jobId, priority] of Object.entries({ a: 3, b: 1, c: 2, d: 1, e: 0 }))
      await bench.add('job', { jobId, priority }); // oxlint-disable-line no-await-in-loop -- one after the other
    expect(await bench.queue.getRanges(['prioritized'], 0, 2, true)).toEqual(['b', 'd', 'c']);
    expect(await bench.queue.getRanges(['prioritized'], 0, 99, true)).toEqual(['b', 'd', 'c', 'a']);
  });

  test.each([
    ['waiting', {}],
    ['prioritized', { priority: 2 }],
    ['delayed', { delay: 20 }],
  ])('removes a %s job, which then never runs', async (_, options) => {
    const bench = current();
    await bench.add('removed', { ...options, jobId: 'x' });
    await bench.add('kept', { delay: 60 });
    expect(await bench.queue.remove('x')).toBe(1);
    expect(await runAll(bench, 1)).toEqual(['kept']);
  });

  test('does not remove a running job', async () => {
    const bench = current();
    const { job, finish } = await startOne(bench, { jobId: 'x' });
    expect(await bench.queue.remove('x')).toBe(0);
    await expect(job.remove()).rejects.toThrow('locked by another worker');
    await finish();
  });

  test('says yes to removing a job that is not there', async () => {
    expect(await current().queue.remove('nobody')).toBe(1);
  });

  test('holds nothing once its jobs have ended, well or badly', async () => {
    const bench = current();
    const worker = bench.work(failsAtFirst);
    const lastEnds = new Promise<void>((resolve) => {
      worker.on('completed', () => {
        resolve();
      });
    });
    await bench.queue.addBulk([
      { name: 'bad', data: {}, opts: { priority: 1 } },
      { name: 'bad', data: {}, opts: { jobId: 'x', delay: 10 } },
      { name: 'good', data: {}, opts: { delay: 30, attempts: 2, backoff: 10 } },
    ]);
    expect(await bench.leftovers()).not.toEqual([]);
    await lastEnds;
    expect(await bench.leftovers()).toEqual([]);
  });

  test.each([
    ['counts', { metrics: { maxDataPoints: 60 } }, [2, 1]],
    ['does not count', {}, [0, 0]],
  ])('exports how many jobs have ended: a worker %s them as it is told', async (_, options, [good, bad]) => {
    const bench = current();
    const worker = bench.work(failsIfBad, options);
    const failure = failed(worker);
    await bench.queue.addBulk(['good', 'good', 'bad'].map((name) => ({ name, data: {} })));
    await failure;
    const text = await bench.queue.exportPrometheusMetrics();
    expect(text).toMatch(new RegExp(`^bullmq_job_completed_total\\{.*\\} ${String(good)}$`, 'mu'));
    expect(text).toMatch(new RegExp(`^bullmq_job_failed_total\\{.*\\} ${String(bad)}$`, 'mu'));
  });

  test('knows its meta data', async () => {
    const { queue } = current();
    expect(await queue.getVersion()).toBe('bullmq:6.7.0');
    expect(await queue.getMeta()).toEqual({ version: 'bullmq:6.7.0', maxLenEvents: 0, paused: false });
    expect(await queue.isPaused()).toBe(false);
    expect(await queue.getGlobalConcurrency()).toBeNull();
    expect(await queue.getGlobalRateLimit()).toBeNull();
    expect(await queue.getBackend().setQueueMeta({ colour: 'blue', version: '1' })).toBe(1);
    expect(await queue.getBackend().removeQueueMetaFields(['colour', 'size'])).toBe(1);
  });

  test('takes no job once it is closed', async () => {
    const bench = current();
    await bench.queue.waitUntilReady();
    await bench.queue.close();
    await expect(bench.add('late')).rejects.toThrow('Connection is closed');
  });
}

async function failsAtFirst({ name, attemptsMade }: Pick<Job, 'name' | 'attemptsMade'>): Promise<string> {
  return failsIfBad({ name: attemptsMade === 0 ? 'bad' : name });
}

async function mostAtOnce(
  bench: Bench,
  { concurrency, count }: Record<'concurrency' | 'count', number>,
): Promise<number> {
  let [running, most, ended] = [0, 0, 0];
  return new Promise((resolve) => {
    const job = async (): Promise<void> => {
      running += 1;
      most = Math.max(most, running);
      await sleep(20);
      running -= 1;
      ended += 1;
      if (ended === count) resolve(most);
    };
    bench.work(job, { concurrency });
  });
}
