import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { apiConnection, openLink, redisAddress, reportOutages, workerConnection } from '../../src/queue/redis.ts';
import type { RedisConnection, RedisLink } from '../../src/queue/redis.ts';
import { createRedisReplays } from '../../src/queue/replays-redis.ts';
import { replays } from './replays.suite.ts';

const redisUrl = inject('redisUrl');
const prefix = `{${randomUUID()}}`;
const address = redisAddress(redisUrl === '' ? 'redis://127.0.0.1' : redisUrl);
const outage = reportOutages((error) => {
  throw error;
});

async function open(options: RedisConnection): Promise<RedisLink> {
  const link = openLink({ name: 'test', options, outage });
  await once(link.client, 'ready');
  return link;
}

describe.skipIf(redisUrl === '')('idempotency keys in Redis', () => {
  const links: RedisLink[] = [];

  beforeAll(async () => {
    links.push(await open(apiConnection(address)), await open(workerConnection(address)));
  });

  afterAll(() => {
    for (const link of links) link.close();
  });

  const linkAt = (at: number): RedisLink => {
    const link = links[at];
    if (link === undefined) throw new Error('not connected');
    return link;
  };

  replays(() => ({
    one: createRedisReplays({ link: linkAt(0), prefix }),
    other: createRedisReplays({ link: linkAt(1), prefix }),
    pass: async (ms) => sleep(ms),
  }));

  test('end by themselves, and hold the call’s id, hashes and what is sealed', async () => {
    const client = new Redis(redisUrl);
    const name = `${prefix}:replay:k`;
    const one = createRedisReplays({ link: linkAt(0), prefix });
    const call = { key: 'k', callId: 'c', lifeMs: 5000 };
    await one.begin({ ...call, fingerprint: 'f', grants: 'g' });
    await one.hold({ ...call, phase: 'running' });
    await one.keep({ ...call, answer: Buffer.from('sealed') });

    await expect(client.hgetall(name)).resolves.toEqual({
      call: 'c',
      fingerprint: 'f',
      grants: 'g',
      phase: 'running',
      answer: 'c2VhbGVk',
    });
    expect(await client.pttl(name)).toBeGreaterThan(0);
    client.disconnect();
  });

  test('of a version that kept no grants are nobody’s grants', async () => {
    const client = new Redis(redisUrl);
    await client.hset(`${prefix}:replay:old`, { call: 'c', fingerprint: 'f', phase: 'running' });
    const one = createRedisReplays({ link: linkAt(0), prefix });
    const call = { key: 'old', callId: 'd', fingerprint: 'f', grants: 'g', lifeMs: 5000 };

    await expect(one.begin(call)).resolves.toMatchObject({ isFirst: false, callId: 'c', grants: '' });
    client.disconnect();
  });
});
