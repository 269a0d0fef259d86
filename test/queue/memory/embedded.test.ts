import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { JobsOptions } from 'bullmq';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { memoryBackendFactory } from '../../../src/queue/memory/backend.ts';
import { createMemoryStore } from '../../../src/queue/memory/store.ts';
import type { MemoryStore } from '../../../src/queue/memory/store.ts';
import { completed, openBench, runAll } from './bench.ts';
import type { Bench } from './bench.ts';

describe('the embedded queue', () => {
  let store: MemoryStore;
  let bench: Bench;

  beforeEach(() => {
    store = createMemoryStore();
    bench = openBench({ connection: {}, backend: memoryBackendFactory(store), leftovers: async () => [] });
  });

  afterEach(async () => {
    await bench.close();
  });

  test('opens no socket', async () => {
    let sockets = 0;
    const count = (): void => {
      sockets += 1;
    };
    subscribe('net.client.socket', count);
    await bench.queue.addBulk(['a', 'b'].map((name) => ({ name, data: {}, opts: { delay: 5 } })));
    await runAll(bench, 2);
    expect(process.getActiveResourcesInfo()).not.toContain('TCPSocketWrap');
    await bench.close();
    expect(sockets).toBe(0);
    await openSocket();
    unsubscribe('net.client.socket', count);
    expect(sockets).toBe(1);
  });

  test('stays flat over 20,000 jobs', async () => {
    const queue = store.queue(bench.queue.qualifiedName);
    const held = (): readonly number[] => (['waiting', 'prioritized', 'delayed', 'active'] as const).map(queue.count);
    bench.work(async () => undefined, { concurrency: 32 });
    const wave = async (number: number): Promise<void> => {
      const opts = { jobId: `late ${String(number)}`, delay: 60_000 };
      await bench.queue.addBulk([...jobsOfWave(number), { name: 'job', data: {}, opts }]);
      await bench.queue.remove(opts.jobId);
      await vi.waitUntil(() => held().every((size) => size === 0), { interval: 1, timeout: 10_000 });
    };
    await inSequence(5, wave);
    const before = usedHeapBytes();
    await inSequence(15, async (number) => wave(5 + number));
    expect(held()).toEqual([0, 0, 0, 0]);
    expect(usedHeapBytes() - before).toBeLessThan(1_000_000);
  });

  test('leaves turns to timers between jobs that end at once', async () => {
    let ended = 0;
    await bench.queue.addBulk(Array.from({ length: 2_000 }, () => ({ name: 'job', data: {} })));
    const worker = bench.work(async () => undefined, { concurrency: 8 });
    worker.on('completed', () => {
      ended += 1;
    });
    await completed(worker);
    await new Promise((resolve) => {
      setTimeout(resolve, 1);
    });
    expect(ended).toBeLessThan(2_000);
  });

  test('lets another idle worker watch for a delayed job when the first one closes', async () => {
    const first = bench.work(async () => undefined);
    const second = bench.work(async () => undefined);
    const { idle } = store.queue(bench.queue.qualifiedName);
    await vi.waitUntil(() => idle.size === 2);
    await bench.add('delayed', { delay: 100 });
    await first.close();
    const start = performance.now();
    await completed(second);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test('gives a worker that is just being paused no job', async () => {
    const { idle } = store.queue(bench.queue.qualifiedName);
    const worker = bench.work(async () => undefined);
    await vi.waitUntil(() => idle.size === 1);
    const paused = worker.pause();
    await bench.add('job');
    await paused;
    expect(await bench.queue.getJobCounts('waiting', 'active')).toEqual({ waiting: 1, active: 0 });
  });

  test('forgets an idle worker that is closed by force', async () => {
    const { idle } = store.queue(bench.queue.qualifiedName);
    const worker = bench.work(async () => undefined);
    await vi.waitUntil(() => idle.size === 1);
    await worker.close(true);
    expect(idle.size).toBe(0);
  });

  test('says when it is ready and when it is closed', async () => {
    const backend = memoryBackendFactory(store)('name', { connection: {} });
    const events: string[] = [];
    const note = (event: string) => (): void => {
      events.push(event);
    };
    const forgotten = note('forgotten');
    backend.on('close', forgotten).once('ready', note('ready')).on('close', note('close'));
    backend.removeListener('close', forgotten);
    await backend.waitUntilReady();
    expect([events, backend.closing]).toEqual([['ready'], undefined]);
    await Promise.all([backend.close(), backend.close()]);
    expect(events).toEqual(['ready', 'close']);
    expect(await backend.moveToActive('token')).toEqual([]);
  });
});

async function openSocket(): Promise<void> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
  server.close();
  await once(server, 'close');
}

function jobsOfWave(number: number): { name: string; data: unknown; opts: JobsOptions }[] {
  return Array.from({ length: 1_000 }, (_, at) => ({
    name: 'job',
    data: { text: 'x'.repeat(500) },
    opts: { jobId: `${String(number)}-${String(at)}`, priority: at % 7, delay: at % 10 === 0 ? 1 : 0 },
  }));
}

async function inSequence(count: number, act: (number: number) => Promise<void>): Promise<void> {
  let done = Promise.resolve();
  for (let number = 0; number < count; number += 1) done = done.then(async () => act(number));
  return done;
}

/** After a garbage collection, which Node offers only behind a flag. */
function usedHeapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}
