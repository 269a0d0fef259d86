import { spawnSync } from 'node:child_process';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { cacheRules } from '../../src/queue/read-cache.ts';
import { answerOf, costOf, openMemoryCache, openRedisCache } from './read-cache-bench.ts';
import type { CacheBench } from './read-cache-bench.ts';
import { cachesReads } from './read-cache.suite.ts';
import { spawnRedis } from '../support/redis-server.ts';

const redisUrl = inject('redisUrl');
const SMALL = 8 * costOf(100);

describe('the read cache in memory', () => {
  cachesReads(openMemoryCache);
});

describe.skipIf(redisUrl === '')('the read cache in Redis', () => {
  cachesReads(async (maxBytes) => openRedisCache(redisUrl, maxBytes));

  test('does as the one in memory does, counts right and keeps its bound, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const redis = await openRedisCache(redisUrl, SMALL);
        const memory = await openMemoryCache(SMALL);
        const [inRedis, inMemory] = await Promise.all([run(redis, steps), run(memory, steps)]);
        const { counted, bytes, entries } = await redis.books();
        await redis.close();
        expect(inRedis).toEqual(inMemory);
        expect(counted).toBe(bytes);
        expect(counted).toBeLessThanOrEqual(SMALL);
        expect(new Set(entries).size).toBe(1);
      }),
      { numRuns: 60 },
    );
  });

  test('all its keys expire together, when nothing is used any more', async () => {
    const { cache, admin, prefix, close } = await openRedisCache(redisUrl, SMALL);
    await cache.keep('a', answerOf(1));
    await cache.get('a');
    const keys = await admin.keys(`${prefix}:*`);
    const ends = await Promise.all(keys.map(async (key) => admin.pexpiretime(key)));
    await close();
    expect(keys).toHaveLength(3);
    expect(new Set(ends).size).toBe(1);
    expect(Math.abs(Number(ends[0]) - Date.now() - cacheRules.unusedMs)).toBeLessThan(5000);
  });

  test('does not take its own busy process for a slow Redis', async () => {
    const { cache, close } = await openRedisCache(redisUrl, SMALL);
    await cache.keep('a', answerOf(1));
    const answer = cache.get('a');
    // The commands have left by then; Redis' answers come while nobody reads them.
    await turn();
    const until = performance.now() + 150;
    while (performance.now() < until);
    await expect(answer).resolves.toEqual(answerOf(1));
    await close();
  });

  test.each(['answers', 'used', 'names'])('starts anew when %s is lost, and counts right again', async (lost) => {
    const bench = await openRedisCache(redisUrl, SMALL);
    const { cache, admin, prefix } = bench;
    await Promise.all(['a', 'b', 'c'].map(async (name) => cache.keep(name, answerOf(100))));
    await admin.unlink(`${prefix}:cache:${lost}`);
    await expect(cache.get('a').then(() => 'no error')).resolves.toBe('no error');
    await cache.keep('d', answerOf(100));
    const books = await bench.books();
    const answer = await cache.get('d');
    await bench.close();
    expect(books).toEqual({ counted: costOf(100), bytes: costOf(100), entries: [1, 1, 1] });
    expect(answer).toEqual(answerOf(100));
  });

  test('comes down to a smaller bound', async () => {
    const bench = await openRedisCache(redisUrl, 100 * costOf(1));
    const names = Array.from({ length: 100 }, (_, at) => `name${String(at)}`);
    await Promise.all(names.map(async (name) => bench.cache.keep(name, answerOf(1))));
    const smaller = await openRedisCache(redisUrl, 3 * costOf(1), bench.prefix);
    await smaller.cache.keep('new', answerOf(1));
    const { counted, entries } = await bench.books();
    await Promise.all([smaller.close(), bench.close()]);
    expect(counted).toBe(3 * costOf(1));
    expect(entries).toEqual([3, 3, 3]);
  });
});

const canSpawn = spawnSync('redis-server', ['--version']).error === undefined;

describe.skipIf(!canSpawn)('the read cache while Redis fails', () => {
  test('gives up at once when Redis is gone, and soon when it is silent', async () => {
    const server = await spawnRedis();
    const bench = await openRedisCache(server.url, SMALL);
    await bench.cache.keep('a', answerOf(1));
    server.child?.kill('SIGSTOP');
    const silent = await outcomeOf(bench.cache.get('a'));
    server.child?.kill('SIGCONT');
    await expect.poll(async () => bench.cache.get('a').catch(() => undefined)).toEqual(answerOf(1));
    bench.admin.disconnect();
    await server.stop();
    await expect.poll(async () => (await outcomeOf(bench.cache.get('a'))).failed).toBe(true);
    const gone = await outcomeOf(Promise.all([bench.cache.get('a'), bench.cache.keep('a', answerOf(1))]));
    bench.link.close();

    expect(silent.failed).toBe(true);
    expect(silent.ms).toBeLessThan(400);
    expect(gone.failed).toBe(true);
    expect(gone.ms).toBeLessThan(100);
  });
});

async function outcomeOf(work: Promise<unknown>): Promise<{ readonly failed: boolean; readonly ms: number }> {
  const begun = performance.now();
  const failed = await work.then(
    () => false,
    () => true,
  );
  return { failed, ms: performance.now() - begun };
}

type Step = (bench: CacheBench) => Promise<unknown>;

const names = fc.constantFrom('aa', 'ab', 'ba', 'bb', 'ca', 'cb', 'cc', 'd');

/** One use of one verb, or time that passes. No two uses are at one time: their order would be open. */
const step: fc.Arbitrary<{ readonly passMs: number; readonly act: Step }> = fc.record({
  passMs: fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(cacheRules.unusedMs / 3, cacheRules.unusedMs)),
  act: fc.oneof(
    fc.tuple(names, fc.integer({ min: 0, max: 1500 })).map(
      ([name, bytes]): Step =>
        async ({ cache }) =>
          cache.keep(name, answerOf(bytes)),
    ),
    names.map(
      (name): Step =>
        async ({ cache }) =>
          (await cache.get(name))?.length,
    ),
    fc.array(fc.constantFrom('a', 'b', 'c', 'aa', 'cc', 'd'), { maxLength: 3 }).map(
      (prefixes): Step =>
        async ({ cache }) =>
          cache.drop(prefixes),
    ),
    fc.constant<Step>(async ({ cache }) => cache.keep('d', answerOf(cacheRules.largestBytes + 1))),
  ),
});

async function run(
  bench: CacheBench,
  [first, ...rest]: readonly { readonly passMs: number; readonly act: Step }[],
): Promise<unknown[]> {
  if (first === undefined) return [];
  bench.step(first.passMs);
  return [await first.act(bench), ...(await run(bench, rest))];
}
