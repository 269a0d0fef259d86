import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { failureDataOf } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import { createRedisBroker } from '../../src/queue/broker-redis.ts';
import type { Broker } from '../../src/queue/broker.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { createServe } from '../../src/queue/serve.ts';
import type { Serve } from '../../src/queue/serve.ts';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { allGrants } from '../support/grants.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const CALLS = 2000;
const log = createLog({ level: 'off' });
const seal = createSeal({ secrets: [SECRET] });
const canSpawn = spawnSync('redis-server', ['--version']).error === undefined;

describe.skipIf(!canSpawn)('2,000 calls at once at one API', () => {
  let redis: RedisServer;
  let brokers: readonly Broker[];
  let ask: Ask;

  beforeEach(async () => {
    redis = await spawnRedis();
    const broker = createRedisBroker({ url: redis.url, role: 'api', onError: () => undefined });
    brokers = [broker];
    ask = createAsk({
      broker,
      seal,
      hash: createKeyedHash(SECRET),
      api: randomUUID(),
      maxOutstandingPerCaller: 5000,
      maxOutstanding: 9000,
      now: Date.now,
      log,
    });
    await vi.waitUntil(() => ask.unreadyReason() === undefined, { timeout: 5000 });
  });

  afterEach(async () => {
    await ask.close();
    await Promise.all(brokers.map(async (each) => each.close()));
    await redis.stop();
  });

  /** Resolves with OK or the code of the failure. */
  async function outcomeOf(caller: string): Promise<string> {
    const question = {
      callId: randomUUID(),
      kind: 'read',
      tool: 'get_project',
      args: {},
      caller: { id: caller, tokenFrom: 'server', grants: allGrants },
      token: 'token',
      deadline: Date.now() + 60_000,
    } as const;
    const asking = { signal: new AbortController().signal, onProgress: () => undefined };
    return ask.ask(question, asking).then(
      (answer) => (answer.ok ? 'OK' : answer.code),
      (error: unknown) => failureDataOf(error).code,
    );
  }

  async function takeCalls(): Promise<Serve> {
    const broker = createRedisBroker({ url: redis.url, role: 'worker', onError: () => undefined });
    brokers = [...brokers, broker];
    return createServe({
      broker,
      seal,
      handle: async () => ({ ok: true, content: [] }),
      host: 'gitlab',
      foresee: () => ({ gates: [], end: () => undefined }),
      worker: 'w',
      concurrency: { read: 16, write: 1 },
      now: Date.now,
      log,
    });
  }

  const burst = (): readonly Promise<string>[] => Array.from({ length: CALLS }, async () => outcomeOf('heavy'));

  test('are all answered, although the event loop is behind, and a light caller is not kept waiting by them', async () => {
    const serve = await takeCalls();
    let heavyAnswered = 0;
    const heavy = burst().map(async (call) => {
      const outcome = await call;
      heavyAnswered += 1;
      return outcome;
    });
    // Longer than an API waits for Redis.
    const until = performance.now() + 2500;
    while (performance.now() < until);
    await expect(outcomeOf('light')).resolves.toBe('OK');
    const before = heavyAnswered;
    const outcomes = await Promise.all(heavy);
    await serve.drain(0);
    expect(outcomes.filter((each) => each !== 'OK')).toEqual([]);
    expect(before).toBeLessThan(CALLS / 4);
  });

  test('fail together when Redis falls silent, and at once when it is gone', async () => {
    redis.child?.kill('SIGSTOP');
    const begun = performance.now();
    const silent = await Promise.all(burst());
    expect(performance.now() - begun).toBeLessThan(4000);
    redis.child?.kill('SIGKILL');
    await expect.poll(() => ask.unreadyReason(), { timeout: 5000 }).toBeDefined();
    const goneSince = performance.now();
    const gone = await Promise.all(burst());
    expect(performance.now() - goneSince).toBeLessThan(500);
    expect(new Set([...silent, ...gone])).toEqual(new Set(['QUEUE_UNAVAILABLE']));
  });
});
