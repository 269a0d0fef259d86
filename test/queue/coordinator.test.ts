import * as fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import type { Coordinator } from '../../src/queue/coordinator.ts';
import { createMemoryCoordinator } from '../../src/queue/coordinator-memory.ts';
import { admission, entry, lesson, NOW, openRedisPair, slot } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';
import { coordinates } from './coordinator.suite.ts';

const redisUrl = inject('redisUrl');

describe('the coordinator in memory', () => {
  coordinates(openMemoryPair);
});

describe.skipIf(redisUrl === '')('the coordinator in Redis', () => {
  coordinates(async () => openRedisPair(redisUrl));

  test('decides as the one in memory does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const redis = await openRedisPair(redisUrl);
        const memory = await openMemoryPair();
        const [inRedis, inMemory] = await Promise.all([run(redis.worker, steps), run(memory.worker, steps)]);
        await redis.close();
        expect(inRedis).toEqual(inMemory);
      }),
      { numRuns: 60 },
    );
  });
});

async function openMemoryPair(): Promise<Pair> {
  const both = createMemoryCoordinator();
  return { api: both, worker: both, close: async () => both.close() };
}

type Step = (coordinator: Coordinator, now: number) => Promise<unknown>;

const calls = fc.constantFrom('call1', 'call2', 'call3');
const users = fc.constantFrom('ann', 'bob');
const kinds = fc.constantFrom('read', 'write');
const gateNames = fc.constantFrom('token', 'host');
const durations = fc.integer({ min: 0, max: 3000 });
const deadlines = durations.map((ms) => ({ deadlineIn: ms }));
const optional = { requiredKeys: [] };

const admits = fc.record({
  callId: calls,
  user: users,
  kind: kinds,
  cap: fc.integer({ min: 1, max: 4 }),
  foretold: fc.constantFrom(undefined, 1, 4, 1_999_999),
});
const limits = fc.constantFrom(undefined, { requests: 4, periodMs: 1000 }, { requests: 2, periodMs: 600 });
const gates = fc.uniqueArray(fc.record({ key: gateNames, limit: limits, asksFirst: fc.boolean() }), {
  selector: ({ key }) => key,
});
const priorities = fc.integer({ min: 1, max: 5 });
const enters = fc.record({
  callId: calls,
  kind: kinds,
  gates,
  priority: fc.oneof(priorities, fc.integer({ min: 1, max: 2_000_000 }), fc.constantFrom(900_000, 1_600_000)),
});
const windows = fc.record({
  requests: fc.integer({ min: 1, max: 5 }),
  periodMs: fc.constantFrom(500, 1000),
  used: fc.integer({ min: 0, max: 5 }),
});
const lessons = fc.record({ window: windows, blockedIn: durations, isUnsaid: fc.boolean() }, optional);

/** One use of one verb. */
const step: fc.Arbitrary<{ readonly passMs: number; readonly act: Step }> = fc.record({
  // Now and then a clock is set back.
  passMs: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: 0, max: 300 }) },
    { weight: 1, arbitrary: fc.integer({ min: -30_000, max: -1 }) },
  ),
  act: fc.oneof(
    fc.tuple(admits, deadlines).map(([call, { deadlineIn }]): Step => {
      return async (it, now) => it.admit(admission({ ...call, now, deadline: now + deadlineIn }));
    }),
    fc.tuple(enters, deadlines).map(([call, { deadlineIn }]): Step => {
      return async (it, now) => it.enter(entry({ ...call, now, deadline: now + deadlineIn }));
    }),
    fc.tuple(calls, gates, deadlines, fc.boolean()).map(([callId, passed, { deadlineIn }, isSpare]): Step => {
      return async (it, now) => it.reserve(slot({ callId, gates: passed, now, deadline: now + deadlineIn, isSpare }));
    }),
    fc.tuple(gateNames, lessons).map(([gate, { blockedIn, window, isUnsaid }]): Step => {
      return async (it, now) => {
        const blockedUntil = blockedIn === undefined ? undefined : now + blockedIn;
        const resetAt = window === undefined ? 0 : (Math.floor(now / window.periodMs) + 1) * window.periodMs;
        const told = window === undefined ? undefined : { ...window, resetAt };
        return it.learn(lesson({ gate, now, blockedUntil, isUnsaid, window: told }));
      };
    }),
    fc.tuple(fc.constantFrom(true, false, false, false), calls).map(
      ([ok, callId]): Step =>
        async (it, now) =>
          it.judge({ callId, host: 'gitlab', ok, now }),
    ),
    fc.tuple(calls, users).map(
      ([callId, user]): Step =>
        async (it) =>
          it.leave({ callId, user }),
    ),
    calls.map(
      (callId): Step =>
        async (it) =>
          it.unclaim(callId),
    ),
    fc.tuple(calls, fc.constantFrom(undefined, 'claimed')).map(
      ([callId, unless]): Step =>
        async (it) =>
          it.cancel(callId, unless),
    ),
    fc.constant<Step>(async (it) => it.beat('api1')),
  ),
});

async function run(
  coordinator: Coordinator,
  [first, ...rest]: readonly { passMs: number; act: Step }[],
  clock = NOW,
): Promise<unknown[]> {
  if (first === undefined) return [];
  const now = clock + first.passMs;
  return [await first.act(coordinator, now), ...(await run(coordinator, rest, now))];
}
