import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { describe, expect, inject, test, vi } from 'vitest';
import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';
import { admission, entry, lesson, NOW, openRedisPair, slot } from './coordinator-bench.ts';

const redisUrl = inject('redisUrl');
const alphabetically = (a: string, b: string): number => a.localeCompare(b);

describe.skipIf(redisUrl === '')('the coordinator on a sound Redis', () => {
  test('leaves no key that does not expire', async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, worker, close } = await openRedisPair(redisUrl, prefix);
    await api.admit(admission({ deadline: NOW + 7000 }));
    await api.cancel('cancelled');
    const known = { requests: 9, periodMs: 1000, used: 9, resetAt: NOW + 1000 };
    await worker.learn(lesson({ gate: 'known', window: known }));
    await worker.judge({ callId: 'failing', host: 'gitlab', ok: false, now: NOW });
    await worker.beatWorker('worker1');
    await worker.learn(lesson({ gate: 'blocked', blockedUntil: NOW + 1000 }));
    await worker.enter(entry({ callId: 'write', kind: 'write', claimMs: 9000 }));
    const asked = { key: 'asked', asksFirst: true };
    const gates = [{ key: 'known' }, { key: 'blocked' }, { key: 'unknown' }];
    await worker.reserve(slot({ callId: 'waiting', gates }));
    await worker.reserve(
      slot({ gates: [asked, { key: 'given', limit: { requests: 9, periodMs: 1000 } }], now: NOW + 100 }),
    );
    await worker.reply('api1', Buffer.from('answer'));
    await close();
    const lives = await livesUnder(prefix);
    expect(Object.keys(lives).toSorted(alphabetically)).toEqual([
      'alive:api1',
      'breaker:gitlab',
      'cancel:cancelled',
      'claim:write',
      'gate:asked',
      'gate:blocked',
      'gate:blocked:due',
      'gate:blocked:waiting',
      'gate:given',
      'gate:known',
      'gate:known:due',
      'gate:known:waiting',
      'out',
      'out:ann',
      'places:waiting',
      'reply:api1',
      'reply:api1:last',
      'tag:read:ann',
      'vt:write',
      'workers',
    ]);
    const seconds = { 'alive:api1': 15, 'cancel:cancelled': 600, 'claim:write': 9, 'out:ann': 7 };
    expect(lives).toMatchObject({ ...seconds, 'reply:api1': 60, 'reply:api1:last': 60 });
    expect(Object.values(lives).filter((life) => life <= 0 || life > 601)).toEqual([]);
  });

  test('keeps the places of a user until the last deadline, whatever comes later', async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, close } = await openRedisPair(redisUrl, prefix);
    await api.admit(admission({ deadline: NOW + 50_000 }));
    await api.admit(admission({ deadline: NOW + 5000 }));
    await close();
    await expect(livesUnder(prefix)).resolves.toMatchObject({ 'out:ann': 50 });
  });

  test('remembers a gate as long as it is blocked or its period lasts', async () => {
    const prefix = `{${randomUUID()}}`;
    const { worker, close } = await openRedisPair(redisUrl, prefix);
    const slow = { key: 'slow', limit: { requests: 9, periodMs: 400_000 } };
    // Never at the edge of a period, whatever minute it is.
    await worker.reserve(slot({ gates: [slow], now: NOW + 20_500 }));
    await worker.learn(lesson({ gate: 'blocked', blockedUntil: NOW + 1_000_000 }));
    await close();
    await expect(livesUnder(prefix)).resolves.toEqual({ 'gate:slow': 801, 'gate:blocked': 1600 });
  });

  test('keeps no message that has arrived for more than a moment', async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, worker, close } = await openRedisPair(redisUrl, prefix);
    const client = new Redis(redisUrl);
    const arrived: string[] = [];
    await api.receive('api1', (message) => void arrived.push(message.toString()));
    await Promise.all(['one', 'two'].map(async (text) => worker.reply('api1', Buffer.from(text))));
    await vi.waitFor(
      async () => {
        expect(arrived).toEqual(['one', 'two']);
        await expect(client.xlen(`${prefix}:reply:api1`)).resolves.toBe(0);
      },
      { timeout: 5000 },
    );
    client.disconnect();
    await close();
  });

  test('deletes at once what has arrived when it is much', async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, worker, close } = await openRedisPair(redisUrl, prefix);
    const client = new Redis(redisUrl);
    const kept = async (): Promise<number> => client.xlen(`${prefix}:reply:api1`);
    const sent = Array.from({ length: 2000 }, (_, at) => String(at));
    const arrived: string[] = [];
    await api.receive('api1', (message) => void arrived.push(message.toString()));
    await worker.reply('api1', Buffer.from('first'));
    // The stream was just read, and is not read again for a second.
    await vi.waitFor(async () => expect(kept()).resolves.toBe(0), { interval: 10, timeout: 2500 });
    await Promise.all(sent.map(async (text) => worker.reply('api1', Buffer.from(text))));
    await vi.waitFor(async () => expect(kept()).resolves.toBeLessThan(64), { timeout: 500 });
    expect(arrived).toEqual(['first', ...sent]);
    client.disconnect();
    await close();
  });

  test('pushes the id of the entry before, that of its own, and the message where it has 64 kB at most', async () => {
    const prefix = `{${randomUUID()}}`;
    const { worker, close } = await openRedisPair(redisUrl, prefix);
    const client = new Redis(redisUrl);
    const listener = new Redis(redisUrl);
    const pushed: string[] = [];
    listener.on('message', (_, words) => void pushed.push(words));
    await listener.subscribe(`${prefix}:reply:api1`);
    const [most, more] = ['m'.repeat(65_536), 'm'.repeat(65_537)];
    await Promise.all(['one two', more, most].map(async (text) => worker.reply('api1', Buffer.from(text))));
    const [one, two, three] = (await client.xrange(`${prefix}:reply:api1`, '-', '+')).map(([id]) => id);
    await vi.waitFor(() => {
      expect(pushed).toEqual([` ${one} one two`, `${one} ${two}`, `${two} ${three} ${most}`]);
    });
    client.disconnect();
    listener.disconnect();
    await close();
  });

  test('takes what an older worker adds without a push within about a second', async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, worker, close } = await openRedisPair(redisUrl, prefix);
    const client = new Redis(redisUrl);
    const arrived: string[] = [];
    await api.receive('api1', (message) => void arrived.push(message.toString()));
    const arrive = async (...messages: string[]): Promise<void> =>
      vi.waitFor(
        () => {
          expect(arrived).toEqual(messages);
        },
        { timeout: 1500 },
      );
    await worker.reply('api1', Buffer.from('one'));
    await arrive('one');
    await client.xadd(`${prefix}:reply:api1`, '*', 'm', 'two');
    await arrive('one', 'two');
    await client.xadd(`${prefix}:reply:api1`, '*', 'm', 'three');
    await arrive('one', 'two', 'three');
    await worker.reply('api1', Buffer.from('four'));
    await arrive('one', 'two', 'three', 'four');
    client.disconnect();
    await close();
  });

  test('takes a message that is too large to be pushed in order, and without a wait', async () => {
    const { api, worker, close } = await openRedisPair(redisUrl);
    const arrived: number[] = [];
    await api.receive('api1', ({ length }) => void arrived.push(length));
    await worker.reply('api1', Buffer.of());
    const sent = [1, 65_537, 2, 65_536, 3, 1_000_000, 1_000_001, 4];
    const started = performance.now();
    for (let round = 1; round <= 5; round += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await Promise.all(sent.map(async (length) => worker.reply('api1', Buffer.alloc(length))));
      // oxlint-disable-next-line no-await-in-loop -- as above
      await vi.waitFor(() => {
        expect(arrived).toHaveLength(1 + round * sent.length);
      });
    }
    expect(arrived).toEqual([0, ...sent, ...sent, ...sent, ...sent, ...sent]);
    expect(performance.now() - started).toBeLessThan(2500);
    await close();
  });

  test("takes messages also after Redis' clock went back", async () => {
    const prefix = `{${randomUUID()}}`;
    const { api, worker, close } = await openRedisPair(redisUrl, prefix);
    const client = new Redis(redisUrl);
    const arrived: string[] = [];
    await api.receive('api1', (message) => void arrived.push(message.toString()));
    await worker.reply('api1', Buffer.from('one'));
    await vi.waitFor(
      async () => {
        await expect(client.xlen(`${prefix}:reply:api1`)).resolves.toBe(0);
      },
      { timeout: 5000 },
    );
    await client.multi().del(`${prefix}:reply:api1`).xadd(`${prefix}:reply:api1`, '1-1', 'm', 'two').exec();
    await vi.waitFor(
      () => {
        expect(arrived).toEqual(['one', 'two']);
      },
      { timeout: 5000 },
    );
    client.disconnect();
    await close();
  });

  test('is ready once it is connected and its replica is known to live, and not after it is closed', async () => {
    const prefix = `{${randomUUID()}}`;
    const api = createRedisCoordinator({ url: redisUrl, prefix, role: 'api', onError: unexpected });
    expect(api.isReady()).toBe(false);
    const received = api.receive('api1', () => undefined);
    await api.onceReady();
    await expect(livesUnder(prefix)).resolves.toEqual({ 'alive:api1': 15 });
    expect(api.isReady()).toBe(true);
    await received;
    await api.close();
    expect(api.isReady()).toBe(false);
  });

  test('refuses every verb after it is closed', async () => {
    const { api, worker, close } = await openRedisPair(redisUrl);
    await close();
    await expect(api.admit(admission())).rejects.toThrow('closed');
    await expect(worker.enter(entry())).rejects.toThrow('closed');
    await expect(worker.onCancel(() => undefined)).rejects.toThrow('closed');
    await expect(api.receive('api1', () => undefined)).rejects.toThrow('closed');
  });

  test('goes on after a listener fails, and tells of it', async () => {
    const errors: string[] = [];
    const heard: string[] = [];
    const onError = (error: Error): void => void errors.push(error.message);
    const worker = createRedisCoordinator({ url: redisUrl, prefix: `{${randomUUID()}}`, role: 'worker', onError });
    const failing = (message: Buffer | string): never => {
      heard.push(message.toString());
      throw new Error(`cannot take ${message.toString()}`);
    };
    await worker.receive('api1', failing);
    await worker.onCancel(failing);
    await Promise.all(['one', 'two'].map(async (text) => worker.reply('api1', Buffer.from(text))));
    await worker.cancel('three');
    await vi.waitFor(() => {
      expect(heard.toSorted(alphabetically)).toEqual(['one', 'three', 'two']);
    });
    await worker.close();
    expect(errors.toSorted(alphabetically)).toEqual(['cannot take one', 'cannot take three', 'cannot take two']);
  });
});

/** The keys under a prefix, with the seconds that they have left. */
async function livesUnder(prefix: string): Promise<Record<string, number>> {
  const client = new Redis(redisUrl);
  const keys = await client.keys(`${prefix}:*`);
  const lives = await Promise.all(keys.map(async (key) => client.pttl(key)));
  client.disconnect();
  return Object.fromEntries(keys.map((key, at) => [key.slice(prefix.length + 1), Math.ceil((lives[at] ?? -1) / 1000)]));
}

function unexpected(error: Error): never {
  throw error;
}
