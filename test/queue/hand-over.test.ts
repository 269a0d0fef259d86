import { spawnSync } from 'node:child_process';
import { DelayedError } from 'bullmq';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Kind } from '../../src/queue/coordinator.ts';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { entry as question, IN, NOW } from './coordinator-bench.ts';
import { openHandOverBench, packed, ticket } from './hand-over-bench.ts';
import type { HandOverBench } from './hand-over-bench.ts';

const canSpawn = spawnSync('redis-server', ['--version']).error === undefined;

describe.skipIf(!canSpawn)('what Redis hands over with a call', () => {
  let server: RedisServer;
  let bench: HandOverBench;

  beforeAll(async () => {
    server = await spawnRedis();
  });

  afterAll(async () => {
    await server.stop();
  });

  beforeEach(async () => {
    bench = await openHandOverBench(server.url);
    await bench.broker.coordinator.beat('api1');
  });

  afterEach(async () => {
    await bench.close();
    vi.useRealTimers();
  });

  test('a call may go, and no answer was looked for where none can be kept', async () => {
    const { handed } = await bench.deliver(ticket());
    expect(handed).toEqual({ entered: { verdict: 'go' }, claimant: '', isCached: undefined });
  });

  test('whether an answer is kept', async () => {
    await bench.broker.cache(1_048_576).keep('kept', Buffer.from('answer'));
    const { handed: kept } = await bench.deliver(ticket({ entry: packed({ cached: 'kept' }) }));
    const { handed: missing } = await bench.deliver(ticket({ entry: packed({ cached: 'missing' }) }));
    expect([kept, missing]).toMatchObject([{ isCached: true }, { isCached: false }]);
  });

  test.each([
    ['orphan', { api: 'api2' }],
    ['expired', { deadline: Date.now() - 1 }],
  ] as const)('that it is %s', async (verdict, changes) => {
    const { handed } = await bench.deliver(ticket({ ...changes, entry: packed({ cached: 'kept' }) }));
    expect(handed).toEqual({ entered: { verdict }, claimant: '', isCached: undefined });
  });

  test('that it was cancelled', async () => {
    const callId = await bench.add(ticket());
    await bench.broker.coordinator.cancel(callId);
    const given = await bench.work('read');
    await vi.waitUntil(() => given.length > 0);
    expect(given[0]?.handed?.entered).toEqual({ verdict: 'cancelled' });
  });

  test('that GitLab does not work', async () => {
    // The first failure is long ago; so many further ones open the breaker.
    for (let failure = 0; failure < 10; failure += 1) {
      const now = Date.now() - (failure === 0 ? 10_000 : 0);
      await bench.broker.coordinator.judge({ callId: String(failure), host: 'gitlab', ok: false, now }); // oxlint-disable-line no-await-in-loop -- one after the other
    }
    const { handed } = await bench.deliver(ticket());
    const { handed: other } = await bench.deliver(ticket({ entry: packed({ host: 'other' }) }));
    expect(handed?.entered.verdict).toBe('unavailable');
    expect(other?.entered.verdict).toBe('go');
  });

  test('how long it waits at a gate, or that its deadline is before', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: IN });
    await bench.broker.coordinator.learn({ gate: 'token', now: IN, blockedUntil: IN + 5000 });
    const entry = packed({ gates: [{ key: 'host' }, { key: 'token' }] });
    const { handed } = await bench.deliver(ticket({ entry, deadline: IN + 60_000 }));
    const { handed: late } = await bench.deliver(ticket({ entry, deadline: IN + 4000 }));
    expect(handed?.entered).toEqual({ verdict: 'wait', waitMs: 5000 });
    expect(late?.entered).toMatchObject({ verdict: 'limited' });
  });

  test('the name under which a write is claimed: whoever asks under it goes, and nobody else', async () => {
    const { handed, job } = await bench.deliver(ticket({ entry: packed({ kind: 'write' }) }), 'write');
    const claimant = handed?.claimant ?? '';
    const own = question({
      callId: job.id ?? '',
      kind: 'write',
      claimant,
      now: Date.now(),
      deadline: Date.now() + 1000,
    });
    const { coordinator } = bench.broker;
    expect(handed?.entered).toEqual({ verdict: 'go' });
    expect(claimant).not.toBe('');
    await expect(coordinator.enter(own)).resolves.toEqual({ verdict: 'go' });
    await expect(coordinator.enter({ ...own, claimant: 'other' })).resolves.toEqual({ verdict: 'claimed' });
  });

  test('another name with each delivery, so that a write that is delivered twice is claimed once', async () => {
    let deliveries = 0;
    const given = await bench.work('write', async ({ job, token }) => {
      deliveries += 1;
      if (deliveries > 1) return;
      await job.moveToDelayed(Date.now(), token);
      throw new DelayedError();
    });
    await bench.add(ticket({ entry: packed({ kind: 'write' }) }), { kind: 'write' });
    await vi.waitUntil(() => given.length === 2, { timeout: 5000 });
    const [first, second] = given.map(({ handed }) => handed);
    expect([first?.entered, second?.entered]).toEqual([{ verdict: 'go' }, { verdict: 'claimed' }]);
    expect(first?.claimant).not.toBe(second?.claimant);
  });

  test('a large ticket goes on up to its bound', async () => {
    const room = 16_384 - JSON.stringify(ticket()).length;
    const { handed } = await bench.deliver(ticket({ sealed: 'x'.repeat(room) }));
    const { handed: larger } = await bench.deliver(ticket({ sealed: 'x'.repeat(room + 1) }));
    expect(handed?.entered).toEqual({ verdict: 'go' });
    expect(larger).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['a ticket that says nothing', ticket({ entry: undefined })],
    ['a ticket whose entry is no JSON', ticket({ entry: 'entry' })],
    ['a ticket whose entry says too little', ticket({ entry: '{}' })],
    ['words', 'entry'],
    ['a number', 7],
    ['nothing', null],
    ['a list', [{ entry: packed() }]],
    ['nothing of ours', { entry: { kind: 'read' } }],
  ])('is nothing where the job holds %s, and the job is delivered all the same', async (_, data) => {
    const { handed, job } = await bench.deliver(data);
    expect([handed, job.data]).toEqual([undefined, JSON.parse(JSON.stringify(data))]);
  });

  test('comes also with the call that the end of another brings', async () => {
    await Promise.all(['call1', 'call2', 'call3'].map(async (callId) => bench.add(ticket(), { callId })));
    const delivered = await bench.work('read');
    await vi.waitUntil(() => delivered.length === 3);
    expect(delivered.map(({ handed }) => handed?.entered.verdict)).toEqual(['go', 'go', 'go']);
  });
});

const limits = fc.constantFrom(undefined, { requests: 1, periodMs: 10_000 }, { requests: 60, periodMs: 60_000 });
const gates = fc.uniqueArray(
  fc.record({ key: fc.constantFrom('host', 'token', 'class'), limit: limits, asksFirst: fc.boolean() }),
  { selector: ({ key }) => key },
);
const scenes = fc.record({
  kind: fc.constantFrom<Kind>('read', 'write'),
  /** One after the other. */
  calls: fc.array(gates, { minLength: 2, maxLength: 4 }),
  deadlineIn: fc.constantFrom(2000, 60_000),
  blockedIn: fc.constantFrom(undefined, 1500),
});

describe.skipIf(!canSpawn)('what Redis hands over', () => {
  test('is what the coordinator says of the same call', async () => {
    const server = await spawnRedis();
    const { broker, deliver, admin, close } = await openHandOverBench(server.url);
    const { coordinator } = broker;
    // Both sides at one time, as this process counts it.
    vi.useFakeTimers({ toFake: ['Date'], now: IN });
    const seen = new Set<string>();
    const begin = async (blockedIn: number | undefined): Promise<void> => {
      // The queue's own keys stay: a call may still be ending.
      const keys = await admin.keys('*');
      const others = keys.filter((key) => !key.includes(':gitlab-'));
      if (others.length > 0) await admin.del(...others);
      await coordinator.beat('api1');
      if (blockedIn !== undefined) await coordinator.learn({ gate: 'token', now: IN, blockedUntil: IN + blockedIn });
    };
    const play = async ({ kind, calls, deadlineIn, blockedIn }: SceneOf<typeof scenes>): Promise<void> => {
      const deadline = IN + deadlineIn;
      await begin(blockedIn);
      const handed: unknown[] = [];
      const callIds: string[] = [];
      for (const each of calls) {
        const entry = packed({ kind, gates: each });
        const { job, ...delivered } = await deliver(ticket({ entry, deadline }), kind); // oxlint-disable-line no-await-in-loop -- one after the other
        handed.push(delivered.handed?.entered);
        callIds.push(job.id ?? '');
      }
      await begin(blockedIn);
      const entered: unknown[] = [];
      for (const [at, each] of calls.entries()) {
        // Of equal ones the order of their names decides.
        const call = { callId: callIds[at] ?? '', kind, gates: each, deadline, now: IN };
        const answer = await coordinator.enter(question(call)); // oxlint-disable-line no-await-in-loop -- as above
        entered.push(answer);
        seen.add(answer.verdict);
      }
      expect(handed).toEqual(entered);
    };
    const narrow = { key: 'token', limit: { requests: 1, periodMs: 10_000 }, asksFirst: false } as const;
    await play({ kind: 'read', calls: [[narrow], [narrow]], deadlineIn: 60_000, blockedIn: undefined });
    for (const scene of fc.sample(scenes, { numRuns: 40, seed: NOW })) await play(scene); // oxlint-disable-line no-await-in-loop -- one Redis
    vi.useRealTimers();
    await close();
    await server.stop();

    expect(seen).toEqual(new Set(['go', 'wait', 'limited']));
  });
});

type SceneOf<T> = T extends fc.Arbitrary<infer Scene> ? Scene : never;
