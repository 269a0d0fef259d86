import { DelayedError, UnrecoverableError } from 'bullmq';
import type { Processor } from 'bullmq';
import { expect, test } from 'vitest';
import { completed, failed, failsIfBad, runAll, startOne } from './bench.ts';
import type { Bench } from './bench.ts';

/** A worker that looked only every `drainDelay` (5 s) would be far beyond this. */
const soonMs = 2_000;

/** When idle workers wake, what a retry costs, how a job is cancelled, what closing waits for. */
export function keepsTime(current: () => Bench): void {
  test('an idle worker takes a new job at once', async () => {
    const bench = current();
    const worker = bench.work(async () => undefined);
    await drained(worker);
    const job = await sentAndDone(bench, worker, {});
    expect(lastedMs(job)).toBeLessThan(soonMs);
  });

  test.each([
    ['plain', {}],
    ['prioritized', { priority: 4 }],
  ])('an idle worker takes a delayed %s job when it is due', async (_, options) => {
    const bench = current();
    const worker = bench.work(async () => undefined);
    await drained(worker);
    const job = await sentAndDone(bench, worker, { ...options, delay: 150 });
    expect(lastedMs(job)).toBeGreaterThanOrEqual(150);
    expect(lastedMs(job)).toBeLessThan(soonMs);
  });

  test('a job delayed at the very moment a worker turns idle is not overlooked', async () => {
    const bench = current();
    const worker = bench.work(async () => undefined);
    worker.once('drained', () => {
      void bench.add('delayed', { delay: 60 });
    });
    expect(lastedMs(await completed(worker))).toBeLessThan(soonMs);
  });

  test('the job that is due first comes first, whoever was delayed first', async () => {
    const bench = current();
    const now = Date.now();
    await bench.add('late', { timestamp: now, delay: 90 });
    await bench.add('early', { timestamp: now, delay: 30 });
    await bench.add('early too', { timestamp: now, delay: 30 });
    expect(await runAll(bench, 3)).toEqual(['early', 'early too', 'late']);
  });

  test('a job whose delay is over queues up by its priority', async () => {
    const bench = current();
    const timestamp = Date.now() - 60_000;
    await bench.add('p7', { priority: 7 });
    await bench.add('p3', { priority: 3, timestamp, delay: 1 });
    await bench.add('p0', { timestamp, delay: 1 });
    expect(await runAll(bench, 3)).toEqual(['p0', 'p3', 'p7']);
  });

  test('a job may delay itself, which costs it no attempt', async () => {
    const bench = current();
    const worker = bench.work(delaysItself(120));
    const job = await sentAndDone(bench, worker, { priority: 5 });
    expect(job).toMatchObject({ attemptsStarted: 2, attemptsMade: 1, priority: 5, delay: 0 });
    expect(lastedMs(job)).toBeGreaterThanOrEqual(120);
    expect(lastedMs(job)).toBeLessThan(soonMs);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('a worker goes on with other jobs while one delays itself', async () => {
    const bench = current();
    const names: string[] = [];
    const worker = bench.work(delaysItself(100), { autorun: false });
    worker.on('active', ({ name }) => {
      names.push(name);
    });
    await bench.add('first', { priority: 1 });
    await bench.add('second', { priority: 2 });
    const bothEnd = completed(worker).then(async () => completed(worker));
    void worker.run();
    await bothEnd;
    expect(names).toEqual(['first', 'second', 'first', 'second']);
  });

  test('a worker says that the queue is drained only when nothing is left to take', async () => {
    const bench = current();
    const worker = bench.work(failsIfBad, { autorun: false });
    const events: string[] = [];
    worker.on('drained', () => {
      events.push('drained');
    });
    worker.on('active', ({ name }) => {
      events.push(name);
    });
    await bench.add('bad', { attempts: 2, backoff: 60_000 });
    await bench.add('good');
    await bench.add('good');
    const end = drained(worker);
    void worker.run();
    await end;
    expect(events).toEqual(['bad', 'good', 'good', 'drained']);
  });

  test('no job is overlooked while many come, wait and put themselves off', async () => {
    const bench = current();
    const workers = [1, 2].map(() => bench.work(delaysItself(15), { concurrency: 3 }));
    const start = performance.now();
    const allEnd = endOf(workers, 120);
    const pauses = Array.from({ length: 120 }, (_, at) => ({ delay: (at * 7) % 41, priority: (at * 5) % 3 }));
    await Promise.all(pauses.map(async (options) => bench.add('job', options)));
    await allEnd;
    expect(performance.now() - start).toBeLessThan(2 * soonMs);
    expect(await bench.leftovers()).toEqual([]);
  });

  retriesJobs(current);
  cancelsJobs(current);
  closesWorkers(current);
}

function retriesJobs(current: () => Bench): void {
  test.each([
    ['at once', {}, 0],
    ['after a growing delay', { backoff: { type: 'exponential', delay: 40 } }, 40 + 80],
  ])('tries a failed job again %s until its attempts are used up', async (_, options, leastMs) => {
    const bench = current();
    const tries: unknown[] = [];
    const worker = bench.work(async ({ attemptsMade, failedReason, stacktrace }) => {
      tries.push([attemptsMade, failedReason, stacktrace?.length]);
      throw new Error(`try ${String(attemptsMade + 1)}`);
    });
    const start = Date.now();
    const last = failed(worker)
      .then(async () => failed(worker))
      .then(async () => failed(worker));
    await bench.add('job', { attempts: 3, ...options });
    const { job, error } = await last;
    expect(tries).toEqual([
      [0, undefined, 0],
      [1, 'try 1', 1],
      [2, 'try 2', 2],
    ]);
    expect([job?.attemptsMade, error.message]).toEqual([3, 'try 3']);
    expect(Date.now() - start).toBeGreaterThanOrEqual(leastMs);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('does not try again what cannot be mended', async () => {
    const bench = current();
    const worker = bench.work(async () => {
      throw new UnrecoverableError('never');
    });
    const failure = failed(worker);
    await bench.add('job', { attempts: 5 });
    expect((await failure).job?.attemptsMade).toBe(1);
    expect(await bench.leftovers()).toEqual([]);
  });

  test('a job that is tried again lines up behind the others of its priority', async () => {
    const bench = current();
    const names: string[] = [];
    const opts = { priority: 2, attempts: 2 };
    await bench.queue.addBulk(['a', 'b'].map((name) => ({ name, data: {}, opts })));
    const worker = bench.work(async () => {
      throw new Error('again');
    });
    worker.on('active', ({ name }) => {
      names.push(name);
    });
    await failed(worker)
      .then(async () => failed(worker))
      .then(async () => failed(worker))
      .then(async () => failed(worker));
    expect(names).toEqual(['a', 'b', 'a', 'b']);
  });
}

function cancelsJobs(current: () => Bench): void {
  test('cancelling a running job aborts the signal of its processor', async () => {
    const bench = current();
    const worker = bench.work(
      async (_job, _token, signal) =>
        new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new UnrecoverableError(`cancelled: ${String(signal.reason)}`));
          });
        }),
    );
    const failure = failed(worker);
    worker.once('active', () => {
      setImmediate(() => {
        worker.cancelJob('x', 'nobody waits');
      });
    });
    await bench.add('job', { jobId: 'x', attempts: 3 });
    expect((await failure).error.message).toBe('cancelled: nobody waits');
    expect(await bench.leftovers()).toEqual([]);
  });

  test('a processor with fewer than three parameters cannot be cancelled', async () => {
    const bench = current();
    const { worker, finish } = await startOne(bench, { jobId: 'x' });
    expect(worker.cancelJob('x')).toBe(false);
    await finish();
  });
}

function closesWorkers(current: () => Bench): void {
  test('closing a worker waits for its running job and leaves the rest to others', async () => {
    const bench = current();
    const { worker, finish } = await startOne(bench);
    await bench.add('next');
    const events: string[] = [];
    worker.once('closed', () => {
      events.push('closed');
    });
    worker.once('completed', () => {
      events.push('completed');
    });
    const closing = worker.close();
    await finish();
    await closing;
    expect(events).toEqual(['completed', 'closed']);
    expect(await bench.queue.getJobCounts('active', 'waiting')).toEqual({ active: 0, waiting: 1 });
    expect(await runAll(bench, 1)).toEqual(['next']);
  });

  test('closing an idle worker takes no drain delay', async () => {
    const worker = current().work(async () => undefined);
    await drained(worker);
    const start = performance.now();
    await worker.close();
    expect(performance.now() - start).toBeLessThan(soonMs);
  });

  test('a paused worker takes nothing until it resumes', async () => {
    const bench = current();
    const worker = bench.work(async () => undefined);
    await drained(worker);
    await worker.pause();
    await bench.add('job');
    expect(await bench.queue.getJobCounts('active', 'waiting')).toEqual({ active: 0, waiting: 1 });
    const job = completed(worker);
    await worker.resume();
    expect((await job).name).toBe('job');
  });
}

type Worker = ReturnType<Bench['work']>;

async function drained(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    worker.once('drained', resolve);
  });
}

async function sentAndDone(
  bench: Bench,
  worker: Worker,
  options: Parameters<Bench['add']>[1],
): ReturnType<typeof completed> {
  const job = completed(worker);
  await bench.add('job', options);
  return job;
}

/** Resolves once the workers have completed so many jobs together. */
async function endOf(workers: readonly Worker[], count: number): Promise<void> {
  let ended = 0;
  return new Promise((resolve) => {
    const onCompleted = (): void => {
      ended += 1;
      if (ended === count) resolve();
    };
    for (const worker of workers) worker.on('completed', onCompleted);
  });
}

/** A processor that puts its job off once. */
function delaysItself(delayMs: number): Processor<unknown, unknown> {
  return async (job, token) => {
    if (job.attemptsStarted > 1) return;
    await job.moveToDelayed(Date.now() + delayMs, token);
    throw new DelayedError();
  };
}

/** From its arrival to the start of its last run. */
function lastedMs({ timestamp, processedOn = 0 }: Awaited<ReturnType<typeof completed>>): number {
  return processedOn - timestamp;
}
