import { randomUUID } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import type { Broker } from '../../src/queue/broker.ts';
import { createRedisBroker } from '../../src/queue/broker-redis.ts';
import type { Answer, Call, Foreseen } from '../../src/queue/call.ts';
import type { Kind } from '../../src/queue/coordinator.ts';
import { createServe } from '../../src/queue/serve.ts';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { hash, seal, write } from './replayed-write.ts';

const canSpawn = spawnSync('redis-server', ['--version']).error === undefined;
const log = createLog({ level: 'off' });
/** So long a period that no test meets its edge. */
const limit = { requests: 1000, periodMs: 86_400_000 };

describe.skipIf(!canSpawn)('a call through Redis', () => {
  let server: RedisServer;
  let ends: (() => Promise<void>)[];
  /** How often the worker asked the coordinator whether a call may go. */
  const enter = vi.fn<Broker['coordinator']['enter']>();
  /** The kept answers that were looked for, and what was known of them. */
  let ahead: unknown[];
  let ask: Ask;

  const open = (role: 'api' | 'worker'): Broker =>
    createRedisBroker({ url: server.url, role, onError: () => undefined });

  const start = async (ofApi: (call: Call) => Foreseen, ofWorker = ofApi): Promise<void> => {
    const [first, api] = [open('worker'), open('api')];
    enter.mockImplementation(async (entry) => first.coordinator.enter(entry));
    const serve = await createServe({
      broker: { ...first, coordinator: { ...first.coordinator, enter } },
      seal,
      handle: async ({ id }) => ({ ok: true, content: [{ type: 'text', text: id }] }),
      foresee: ofWorker,
      lookAhead: (...known) => {
        ahead.push(known);
        return () => undefined;
      },
      worker: 'w',
      concurrency: { read: 4, write: 4 },
      now: Date.now,
      log,
    });
    const caps = { maxOutstandingPerCaller: 99, maxOutstanding: 999 };
    ask = createAsk({ broker: api, seal, hash, api: randomUUID(), foresee: ofApi, ...caps, now: Date.now, log });
    await expect.poll(() => ask.unreadyReason(), { timeout: 5000 }).toBeUndefined();
    ends = [ask.close, async () => serve.drain(100), api.close, first.close];
  };

  const call = async (kind: Kind): Promise<Answer> =>
    ask.ask(write({ kind, replay: undefined }), { signal: new AbortController().signal, onProgress: () => undefined });

  beforeEach(async () => {
    server = await spawnRedis();
    enter.mockReset();
    [ahead, ends] = [[], []];
  });

  afterEach(async () => {
    await ends.reduce(async (before, end) => before.then(end), Promise.resolve());
    await server.stop();
  });

  const foresee = (): Foreseen => ({ host: 'gitlab', gates: [{ key: 'token', limit }], cached: 'name' });

  test.each(['read', 'write'] as const)('costs a %s no question of its own', async (kind) => {
    await start(foresee);
    await expect(call(kind)).resolves.toMatchObject({ ok: true });
    await expect(call(kind)).resolves.toMatchObject({ ok: true });
    expect(enter).not.toHaveBeenCalled();
    expect(ahead).toEqual([
      ['name', false],
      ['name', false],
    ]);
  });

  test.each<[string, Foreseen]>([
    ['GitLab', { host: 'other', gates: [{ key: 'token', limit }] }],
    ['gates', { host: 'gitlab', gates: [{ key: 'token', limit }, { key: 'route' }] }],
    ['limits', { host: 'gitlab', gates: [{ key: 'token' }] }],
  ])('is answered also where API and worker differ in their %s', async (_, ofWorker) => {
    await start(foresee, () => ofWorker);
    await expect(call('read')).resolves.toMatchObject({ ok: true });
    await expect(call('write')).resolves.toMatchObject({ ok: true });
    expect(enter).toHaveBeenCalledTimes(2);
  });

  test('looks for the kept answer by itself where the API knew another name', async () => {
    await start(foresee, () => ({ ...foresee(), cached: 'other' }));
    await expect(call('read')).resolves.toMatchObject({ ok: true });
    expect(ahead).toEqual([['other', undefined]]);
  });
});
