import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { createMemoryReadCache } from '../../src/queue/read-cache-memory.ts';
import { CACHE_PATIENCE_MS, createRedisReadCache } from '../../src/queue/read-cache-redis.ts';
import { cacheRules } from '../../src/queue/read-cache.ts';
import type { ReadCache } from '../../src/queue/read-cache.ts';
import { apiConnection, openLink, redisAddress, reportOutages } from '../../src/queue/redis.ts';
import type { RedisLink } from '../../src/queue/redis.ts';

/** A cache with a clock that is moved by hand. */
export interface CacheBench {
  readonly cache: ReadCache;
  readonly step: (ms: number) => void;
  readonly close: () => Promise<void>;
}

/** A cache in Redis, and what it has there. */
export interface RedisCacheBench extends CacheBench {
  readonly admin: Redis;
  readonly prefix: string;
  readonly link: RedisLink;
  /** What the cache counts, and what is there to be counted. */
  readonly books: () => Promise<Books>;
}

interface Books {
  readonly counted: number;
  readonly bytes: number;
  readonly entries: readonly [answers: number, used: number, names: number];
}

const START = Date.now();

export const answerOf = (bytes: number): Buffer => Buffer.alloc(bytes, 7);
export const costOf = (bytes: number): number => bytes + cacheRules.overheadBytes;
/** As long as the names that are used. */
export const nameOf = (text: string): string => text.repeat(66).slice(0, 66);

function clock(): { readonly now: () => number; readonly step: (ms: number) => void } {
  let now = START;
  return {
    now: () => now,
    step: (ms) => {
      now += ms;
    },
  };
}

export async function openMemoryCache(maxBytes: number): Promise<CacheBench> {
  const { now, step } = clock();
  return { cache: createMemoryReadCache({ maxBytes, now }), step, close: async () => undefined };
}

export async function openRedisCache(
  url: string,
  maxBytes: number,
  prefix = `{${randomUUID()}}`,
): Promise<RedisCacheBench> {
  const { now, step } = clock();
  const outage = reportOutages(() => undefined);
  const link = openLink({
    name: 'cache',
    options: apiConnection(redisAddress(url)),
    outage,
    patienceMs: CACHE_PATIENCE_MS,
  });
  const admin = new Redis(url);
  await Promise.all([admin.ping(), ready(link.client)]);
  const key = (name: string): string => `${prefix}:cache:${name}`;
  return {
    cache: createRedisReadCache({ link, prefix, maxBytes, now }),
    step,
    admin,
    prefix,
    link,
    books: async () => {
      const { bytes: counted = '0', ...answers } = await admin.hgetall(key('answers'));
      const sizes = await Promise.all(Object.keys(answers).map(async (name) => admin.hstrlen(key('answers'), name)));
      return {
        counted: Number(counted),
        bytes: sizes.reduce((sum, size) => sum + costOf(size), 0),
        entries: [sizes.length, await admin.zcard(key('used')), await admin.zcard(key('names'))],
      };
    },
    close: async () => {
      await admin.unlink(key('answers'), key('used'), key('names'));
      link.close();
      admin.disconnect();
    },
  };
}

async function ready(client: Redis): Promise<void> {
  if (client.status === 'ready') return;
  await new Promise<void>((resolve) => {
    client.once('ready', resolve);
  });
}
