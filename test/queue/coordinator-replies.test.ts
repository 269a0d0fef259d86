import { setTimeout as sleep } from 'node:timers/promises';
import * as fc from 'fast-check';
import { Redis } from 'ioredis';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { RedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { spawnRedis } from '../support/redis-server.ts';
import { startProxy } from './coordinator-proxy.ts';
import { canSpawn, useOwnRedis } from './own-redis.ts';

const KEY = '{gitlab}:reply:api1';

describe.skipIf(!canSpawn)('the answers for a replica while Redis fails', () => {
  const own = useOwnRedis();
  const { start } = own;
  let arrived: string[];

  beforeEach(() => {
    arrived = [];
  });

  /** A worker's coordinator, and an API's that takes what arrives: of a long message its length. */
  async function startBoth(
    url = own.server.url,
  ): Promise<{ readonly api: RedisCoordinator; readonly worker: RedisCoordinator }> {
    const [api, worker] = await Promise.all([start('api', url), start('worker')]);
    await api.receive('api1', (message) => {
      arrived.push(message.length > 100 ? String(message.length) : message.toString());
    });
    return { api, worker };
  }

  test.each([1, 2])(
    'none is lost, repeated or overtaken when their connections are killed 20 times, seed %i',
    async (seed) => {
      const worker = await start('worker');
      const api = await start('api');
      const numbers: number[] = [];
      await api.receive('api1', (message) => void numbers.push(message.readUInt32BE(0)));
      const small = fc.integer({ min: 4, max: 200 });
      const about64k = fc.integer({ min: 65_530, max: 65_542 });
      const sizes = fc.sample(fc.oneof({ arbitrary: small, weight: 9 }, about64k), { seed, numRuns: 1000 });
      const kill = fc.record({ after: fc.integer({ min: 0, max: 100 }), name: fc.constantFrom('pushes', 'replies') });
      const kills = fc.sample(kill, { seed, numRuns: 20 });
      const killAll = async ([next, ...later]: typeof kills): Promise<void> => {
        if (next === undefined) return;
        await sleep(next.after);
        await vi.waitFor(async () => killNamed(own.admin, next.name), { interval: 1, timeout: 5000 });
        await killAll(later);
      };
      const killed = killAll(kills);
      const sent: Promise<void>[] = [];
      const send = setInterval(() => {
        for (let count = 0; count < 3; count += 1) sent.push(worker.reply('api1', numbered(sent.length, sizes)));
      }, 3);
      await killed.finally(() => {
        clearInterval(send);
      });
      await Promise.all(sent);
      await vi.waitFor(
        () => {
          expect(numbers.length).toBeGreaterThanOrEqual(sent.length);
        },
        { timeout: 10_000 },
      );
      expect(numbers).toEqual(sent.map((_, number) => number));
    },
  );

  test('a subscription that Redis refuses is told once, answers still arrive, and it is tried again', async () => {
    await own.admin.acl('SETUSER', 'default', '-subscribe');
    const { worker } = await startBoth();
    await refusedAtLeast(3);
    expect(own.errors).toEqual([expect.stringContaining('Redis (pushes): NOPERM')]);
    await worker.reply('api1', Buffer.from('one'));
    await expect(first(1, 1500)).resolves.toEqual(['one']);
    await own.admin.acl('SETUSER', 'default', '+subscribe');
    await listens();
    await own.server.stop();
    await vi.waitFor(() => {
      expect(own.errors[1]).toContain('Redis (gitlab-');
    });
  });

  test('a small answer is pushed: it arrives while Redis refuses to read the stream, also after a reconnect', async () => {
    const { worker } = await startBoth();
    await listens();
    await own.admin.acl('SETUSER', 'default', '-xrange');
    await refusedAtLeast(1);
    await worker.reply('api1', Buffer.from('one'));
    await expect(first(1)).resolves.toEqual(['one']);
    await killNamed(own.admin, 'pushes');
    await listens();
    await worker.reply('api1', Buffer.from('two'));
    await expect(first(2)).resolves.toEqual(['one', 'two']);
  });

  test('a push that Redis refuses costs no answer, and leaves no stream that does not expire', async () => {
    const { worker } = await startBoth();
    await own.admin.acl('SETUSER', 'default', '-publish');
    await worker.reply('api1', Buffer.from('one'));
    await expect(first(1, 1500)).resolves.toEqual(['one']);
    await expect(own.admin.pttl(KEY)).resolves.toBeGreaterThan(50_000);
    expect(own.errors).toEqual([]);
  });

  test('after Redis came back empty answers arrive', async () => {
    const { api, worker } = await startBoth();
    await worker.reply('api1', Buffer.from('one'));
    await expect(first(1)).resolves.toEqual(['one']);
    await own.server.stop();
    own.server = await spawnRedis(own.server.port);
    await Promise.all([api.onceReady(), worker.onceReady()]);
    await Promise.all(['two', 'three'].map(async (text) => worker.reply('api1', Buffer.from(text))));
    await expect(first(3)).resolves.toEqual(['one', 'two', 'three']);
    await worker.reply('api1', Buffer.from('four'));
    await expect(first(4)).resolves.toEqual(['one', 'two', 'three', 'four']);
  });

  test('answers arrive that take longer to be read than an API waits for a command', async () => {
    const proxy = await startProxy(own.server.port, 500);
    const { api, worker } = await startBoth(proxy.url);
    const sent = Array.from({ length: 20 }, (_, at) => 70_000 + at);
    await Promise.all(sent.map(async (length) => worker.reply('api1', Buffer.alloc(length))));
    const started = performance.now();
    await api.beat('api1');
    expect(performance.now() - started).toBeLessThan(500);
    await expect(first(sent.length, 10_000)).resolves.toEqual(sent.map(String));
    expect(performance.now() - started).toBeGreaterThan(2000);
    expect(own.errors).toEqual([]);
    await api.close();
    await proxy.close();
  });

  test('dead connections that stay open are noticed within seconds, and answers arrive', async () => {
    const proxy = await startProxy(own.server.port);
    const { api, worker } = await startBoth(proxy.url);
    await listens();
    const before = await listeners();
    proxy.mute();
    await worker.reply('api1', Buffer.from('one'));
    await expect(first(1, 9000)).resolves.toEqual(['one']);
    await vi.waitFor(
      async () => {
        const after = await listeners();
        expect(after).toHaveLength(1);
        expect(after).not.toEqual(before);
      },
      { timeout: 5000 },
    );
    await api.close();
    await proxy.close();
  });

  /** What has arrived once it is so many. */
  async function first(count: number, timeout = 1000): Promise<readonly string[]> {
    await vi.waitFor(
      () => {
        expect(arrived.length).toBeGreaterThanOrEqual(count);
      },
      { timeout },
    );
    return arrived;
  }

  async function refusedAtLeast(times: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const [, count] = /NOPERM:count=(\d+)/u.exec(await own.admin.info('errorstats')) ?? [];
        expect(Number(count)).toBeGreaterThanOrEqual(times);
      },
      { timeout: 5000 },
    );
  }

  /** The ids of the connections to which is pushed. */
  async function listeners(): Promise<string[]> {
    const clients = String(await own.admin.client('LIST'));
    return [...clients.matchAll(/^id=(\d+) .* name=gitlab-pushes .* sub=1 /gmu)].map(([, id]) => id ?? '');
  }

  async function listens(): Promise<void> {
    await vi.waitFor(
      async () => {
        await expect(listeners()).resolves.toHaveLength(1);
      },
      { timeout: 3000 },
    );
  }
});

function numbered(number: number, sizes: readonly number[]): Buffer {
  const message = Buffer.alloc(sizes[number % sizes.length] ?? 4);
  message.writeUInt32BE(number);
  return message;
}

/** Fails when there is no such connection. */
async function killNamed(admin: Redis, name: string): Promise<void> {
  const clients = String(await admin.client('LIST'));
  const id = new RegExp(`^id=(\\d+) .* name=gitlab-${name} `, 'mu').exec(clients)?.[1];
  if (id === undefined) throw new Error(`no connection ${name}`);
  await admin.client('KILL', 'ID', id);
}
