import { once } from 'node:events';
import { FlowProducer, Queue, QueueEvents, Worker } from 'bullmq';
import type { JobsOptions } from 'bullmq';
import { describe, expect, test } from 'vitest';
import { memoryBackendFactory } from '../../../src/queue/memory/backend.ts';
import { createMemoryStore } from '../../../src/queue/memory/store.ts';
import { unsupportedOperations } from '../../../src/queue/memory/unsupported.ts';

const connection = {};
const backend = memoryBackendFactory(createMemoryStore());
const queue = new Queue(
  'q',
  { connection, defaultJobOptions: { removeOnComplete: true, removeOnFail: true } },
  backend,
);
const words = (what: string): string => `the embedded queue does not support ${what}; set REDIS_URL`;

describe('what the embedded queue does not support', () => {
  test.each(Object.entries(unsupportedOperations))('%s fails with the way out', async (_, operation) => {
    const call = async (): Promise<unknown> => operation();
    await expect(call()).rejects.toThrow(/^the embedded queue does not support [a-z].+; set REDIS_URL$/u);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['pausing a whole queue (pause the worker)', async () => queue.pause()],
    ['rate limits of a whole queue', async () => queue.rateLimit(1_000)],
    ['global limits of a queue', async () => queue.setGlobalConcurrency(1)],
    ['global limits of a queue', async () => queue.setGlobalRateLimit(1, 1_000)],
    ['job schedulers', async () => queue.upsertJobScheduler('id', { every: 1_000 })],
    ['listing jobs', async () => queue.getJobs(['waiting'])],
    ['counting delayed jobs by their time', async () => queue.getDelayedCount(Date.now())],
    ['flows', async () => new FlowProducer({ connection }, backend).add({ name: 'job', queueName: 'q' })],
  ])('is said where BullMQ is used: %s', async (what, use) => {
    await expect(use()).rejects.toThrow(words(what));
  });

  test.each<[string, JobsOptions]>([
    ['flows (a job with a parent)', { parent: { id: 'p', queue: 'bull:q' } }],
    ['deduplication', { deduplication: { id: 'd' } }],
    ['lifo', { lifo: true }],
    ['keeping finished jobs (removeOnComplete and removeOnFail must be true)', { removeOnComplete: 10 }],
    ['keeping finished jobs (removeOnComplete and removeOnFail must be true)', { removeOnFail: false }],
  ])('is said when a job asks for it: %s', async (what, options) => {
    await expect(queue.add('job', {}, options)).rejects.toThrow(words(what));
    expect(await queue.count()).toBe(0);
  });

  test('is said when a worker asks for a rate limit', () => {
    const options = { connection, limiter: { max: 1, duration: 1_000 } };
    expect(() => new Worker('q', async () => undefined, options, backend)).toThrow(
      words('rate limits of a whole queue (the limiter option)'),
    );
  });

  test('is said when somebody listens for events', async () => {
    const events = new QueueEvents('q', { connection }, backend);
    expect(await once(events, 'error')).toEqual([new Error(words('queue events'))]);
    await events.close();
  });
});
