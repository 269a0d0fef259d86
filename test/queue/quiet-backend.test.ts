import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { Processor } from 'bullmq';
import { afterEach, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import { quietBackendOn } from '../../src/queue/quiet-backend.ts';
import { openLink, redisAddress, reportOutages, workerConnection } from '../../src/queue/redis.ts';
import type { RedisLink } from '../../src/queue/redis.ts';

const redisUrl = inject('redisUrl');
const NAME = 'jobs';

describe.skipIf(redisUrl === '')('on the quiet backend', () => {
  let prefix: string;
  let links: readonly RedisLink[];
  let workers: readonly Worker[];
  let queue: Queue;
  const looks: string[] = [];

  const open = (name: string): RedisLink => {
    const options = workerConnection(redisAddress(redisUrl));
    const link = openLink({ name, options, outage: reportOutages(() => undefined) });
    links = [...links, link];
    return link;
  };
  const add = async (data: string, more: { readonly delay?: number } = {}): Promise<unknown> =>
    queue.add('job', data, { priority: 1, removeOnComplete: true, ...more });
  /** A worker whose looks for a job are counted. */
  const work = async (name: string, processor: Processor, concurrency = 5): Promise<void> => {
    const link = open(name);
    const run = link.run.bind(link);
    const counted: RedisLink = {
      ...link,
      run: async (command) => {
        looks.push(name);
        return run(command);
      },
    };
    const options = { connection: link.client, prefix, concurrency };
    const worker = new Worker(NAME, processor, options, quietBackendOn(counted));
    workers = [...workers, worker];
    await worker.waitUntilReady();
  };
  const marker = async (): Promise<string[]> => {
    const [first] = links;
    return (await first?.client.zrange(`${prefix}:${NAME}:marker`, '0', '-1')) ?? [];
  };

  beforeEach(() => {
    [prefix, links, workers] = [`{${randomUUID()}}`, [], []];
    looks.length = 0;
    const link = open('queue');
    queue = new Queue(NAME, { connection: link.client, prefix }, quietBackendOn(link));
  });

  afterEach(async () => {
    await Promise.all(workers.map(async (worker) => worker.close()));
    await queue.close();
    for (const link of links) link.close();
  });

  test('a job costs one look and its end, and wakes one worker', async () => {
    const done: unknown[] = [];
    await work('a', async ({ data }) => void done.push(data));
    await work('b', async ({ data }) => void done.push(data));
    // Each looks once before it waits.
    await vi.waitUntil(() => looks.length === 2);
    for (let job = 0; job < 10; job += 1) {
      await add(String(job)); // oxlint-disable-line no-await-in-loop -- one after the other
      await vi.waitUntil(() => looks.length === 2 + 2 * (job + 1), { interval: 2 }); // oxlint-disable-line no-await-in-loop -- as above
    }
    await sleep(50);

    expect(done).toHaveLength(10);
    expect(looks).toHaveLength(22);
    await expect(marker()).resolves.toEqual([]);
  });

  test('a job that is left behind is taken by another worker', async () => {
    const running: unknown[] = [];
    const end = new AbortController();
    const hold: Processor = async ({ data }) => {
      running.push(data);
      await sleep(60_000, undefined, { signal: end.signal }).catch(() => undefined);
    };
    await Promise.all(['1', '2', '3'].map(async (data) => add(data)));
    await work('a', hold, 1);
    await work('b', hold, 1);
    await work('c', hold, 1);
    await vi.waitUntil(() => running.length === 3, { timeout: 4000 });
    end.abort();

    expect(new Set(running)).toEqual(new Set(['1', '2', '3']));
  });

  test('a job that comes while the last one runs is taken by the same worker', async () => {
    const running: unknown[] = [];
    const end = new AbortController();
    await work('a', async ({ data }) => {
      running.push(data);
      await sleep(60_000, undefined, { signal: end.signal }).catch(() => undefined);
    });
    for (const data of ['1', '2', '3']) {
      await add(data); // oxlint-disable-line no-await-in-loop -- one after the other
      await vi.waitUntil(() => running.at(-1) === data, { timeout: 4000 }); // oxlint-disable-line no-await-in-loop -- as above
    }
    end.abort();

    expect(running).toEqual(['1', '2', '3']);
  });

  test('a delayed job is taken when it is due, also while the last job still runs', async () => {
    const begun: unknown[] = [];
    const end = new AbortController();
    await work('a', async ({ data }) => {
      begun.push(data);
      await sleep(60_000, undefined, { signal: end.signal }).catch(() => undefined);
    });
    await add('later', { delay: 600 });
    // The worker sees when it is due, and forgets it with the next job.
    await vi.waitUntil(async () => (await marker()).length === 0);
    await add('now');
    // BullMQ looks by itself after five seconds only.
    await vi.waitUntil(() => begun.length === 2, { timeout: 4000 });
    end.abort();

    expect(begun).toEqual(['now', 'later']);
  });

  test('a delayed job is taken by another worker where the one that knows of it is full', async () => {
    const begun: unknown[] = [];
    const end = new AbortController();
    const hold: Processor = async ({ data }) => {
      begun.push(data);
      await sleep(60_000, undefined, { signal: end.signal }).catch(() => undefined);
    };
    await work('a', hold, 1);
    await add('later', { delay: 600 });
    await vi.waitUntil(async () => (await marker()).length === 0);
    await work('b', hold, 1);
    // Both wait; the first has waited for longer, and is woken.
    await sleep(100);
    await add('now');
    await vi.waitUntil(() => begun.length === 2, { timeout: 4000 });
    end.abort();

    expect(begun).toEqual(['now', 'later']);
  });

  test('a look that fails is not repeated at once', async () => {
    const link = open('broken');
    const failing: RedisLink = {
      ...link,
      run: async () => {
        looks.push('broken');
        throw new Error('refused');
      },
    };
    const options = { connection: link.client, prefix };
    const worker = new Worker(NAME, async () => undefined, options, quietBackendOn(failing));
    workers = [...workers, worker];
    worker.on('error', () => undefined);
    await vi.waitUntil(() => looks.length > 0);
    await sleep(250);

    expect(looks.length).toBeLessThan(10);
  });

  test('a job that comes after all others have ended is taken at once', async () => {
    const done: unknown[] = [];
    await Promise.all([add('1'), add('2')]);
    await work('a', async ({ data }) => void done.push(data), 1);
    await vi.waitUntil(() => done.length === 2);
    await sleep(50);
    await add('3');
    await vi.waitUntil(() => done.length === 3, { timeout: 4000 });

    expect(done).toHaveLength(3);
  });

  test('jobs that wait for a busy worker are all taken, the end of one bringing the next', async () => {
    const done: unknown[] = [];
    await Promise.all(Array.from({ length: 200 }, async (_, index) => add(String(index))));
    await work('a', async ({ data }) => void done.push(data), 3);
    await work('b', async ({ data }) => void done.push(data), 3);
    await vi.waitUntil(() => done.length === 200, { timeout: 4000 });

    expect(new Set(done).size).toBe(200);
    await vi.waitUntil(async () => (await marker()).length === 0, { timeout: 4000 });
  });
});
