import type { Redis } from 'ioredis';

/** Everything that one Redis database holds, as text. */
export async function everything(redis: Redis): Promise<Map<string, string>> {
  const keys = await redis.keys('*');
  const dumps = await Promise.all(
    keys.map(async (key) => {
      switch (await redis.type(key)) {
        case 'string':
          return redis.get(key);
        case 'hash':
          return JSON.stringify(await redis.hgetall(key));
        case 'list':
          return JSON.stringify(await redis.lrange(key, 0, -1));
        case 'zset':
          return JSON.stringify(await redis.zrange(key, '0', '-1', 'WITHSCORES'));
        case 'stream':
          return JSON.stringify(await redis.call('XRANGE', key, '-', '+'));
        default:
          return JSON.stringify(await redis.smembers(key));
      }
    }),
  );
  return new Map(keys.map((key, index) => [key, dumps[index] ?? '']));
}
