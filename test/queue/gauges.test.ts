import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import { createRedisBroker } from '../../src/queue/broker-redis.ts';
import type { Broker, CallWorker } from '../../src/queue/broker.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { allGrants } from '../support/grants.ts';
import { spawnRedis } from '../support/redis-server.ts';
import { canSpawn } from './own-redis.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const PLACES = 30;

/** Where calls wait, for both roles. */
interface Place {
  readonly api: Broker;
  readonly crew: Broker;
  readonly close: () => Promise<void>;
}

async function inMemory(): Promise<Place> {
  const broker = createMemoryBroker();
  return { api: broker, crew: broker, close: broker.close };
}

async function onRedis(): Promise<Place> {
  const server = await spawnRedis();
  const open = (role: 'api' | 'worker'): Broker =>
    createRedisBroker({ url: server.url, role, onError: () => undefined });
  const [api, crew] = [open('api'), open('worker')];
  return {
    api,
    crew,
    close: async () => {
      await Promise.all([api.close(), crew.close()]);
      await server.stop();
    },
  };
}

const places = [{ name: 'in memory', open: inMemory }, ...(canSpawn ? [{ name: 'on Redis', open: onRedis }] : [])];

describe.each(places)('the gauges of a queue $name', ({ open }) => {
  let place: Place;
  let worker: CallWorker;
  let ask: Ask;
  let end: () => void;

  beforeEach(async () => {
    place = await open();
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const locks = { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 2 };
    worker = place.crew.worker('read', async () => ended, { concurrency: PLACES, ...locks });
    void worker.run();
    ask = createAsk({
      broker: place.api,
      seal: createSeal({ secrets: [SECRET] }),
      hash: createKeyedHash(SECRET),
      api: randomUUID(),
      maxOutstandingPerCaller: 999,
      maxOutstanding: 999,
      now: Date.now,
      log: createLog({ level: 'off' }),
    });
    await vi.waitUntil(() => ask.unreadyReason() === undefined, { timeout: 5000 });
  });

  afterEach(async () => {
    end();
    await worker.close();
    await place.close();
  });

  /** Nobody answers them. */
  function send(count: number): void {
    for (let nth = 0; nth < count; nth += 1) {
      const question = {
        callId: randomUUID(),
        kind: 'read',
        tool: 'get_project',
        args: {},
        caller: { id: `caller ${String(nth % 3)}`, tokenFrom: 'server', grants: allGrants },
        token: 'token',
        deadline: Date.now() + 60_000,
      } as const;
      const asking = { signal: new AbortController().signal, onProgress: () => undefined };
      ask.ask(question, asking).catch(() => undefined);
    }
  }

  test('tell how long the oldest call has waited, however many run', async () => {
    send(PLACES);
    await expect.poll(async () => ask.gauges()).toMatchObject({ backlog: PLACES, runnable: 0, oldestWaitingMs: 0 });
    send(5);
    await sleep(300);
    const { oldestWaitingMs, ...gauges } = await ask.gauges();

    expect(gauges).toMatchObject({ backlog: PLACES + 5, runnable: 5 });
    expect(oldestWaitingMs).toBeGreaterThanOrEqual(290);
    expect(oldestWaitingMs).toBeLessThan(5000);
  });
});
