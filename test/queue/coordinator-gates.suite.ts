import { beforeEach, describe, expect, test } from 'vitest';
import { rules } from '../../src/queue/scripts/rules.ts';
import { CLOSE, OPEN, entry, given, IN, lesson, limit, NOW, slot, told, waits } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';
import { outlivesClocks } from './coordinator-clock.suite.ts';
import { asksFirst, blocks, spacesOut } from './coordinator-lessons.suite.ts';

/** When a request may go. */
export function pacesGates(current: () => Pair): void {
  beforeEach(async () => {
    await current().api.beat('api1');
  });
  describe('a known limit', () => {
    keepsLimits(current);
  });
  describe('a limit of all workers', () => {
    countsForAll(current);
  });
  describe('those who wait', () => {
    waitsFairly(current);
  });
  describe('several gates', () => {
    passesSeveral(current);
  });
  describe('a block', () => {
    blocks(current);
  });
  describe('a refusal without a word', () => {
    spacesOut(current);
  });
  describe('a gate of which nothing is known', () => {
    asksFirst(current);
  });
  describe('a clock that was set back', () => {
    outlivesClocks(current);
  });
}

function keepsLimits(current: () => Pair): void {
  test('lets a little less through in each period than GitLab allows, and spreads the rest over the next one', async () => {
    const got = await waits(current().worker, 97, { gates: given, now: IN });
    expect(got.slice(0, 95)).toEqual(Array.from({ length: 95 }, () => 0));
    expect(got.slice(95)).toEqual([9000 + OPEN, 9000 + OPEN + Math.ceil((10_000 - OPEN - CLOSE) / 95)]);
  });

  test('begins anew with each period', async () => {
    const { worker } = current();
    await waits(worker, 95, { gates: given, now: IN });
    await expect(waits(worker, 2, { gates: given, now: NOW + 10_000 + OPEN })).resolves.toEqual([0, 0]);
  });

  test('of 1 lets 1 through, of few all but one', async () => {
    const { worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    const three = [{ key: 'three', limit: { requests: 3, periodMs: 10_000 } }];
    await expect(waits(worker, 2, { gates: one, now: IN })).resolves.toEqual([0, 9000 + OPEN]);
    await expect(waits(worker, 3, { gates: three, now: IN })).resolves.toEqual([0, 0, 9000 + OPEN]);
  });

  test.each([
    [0, OPEN],
    [OPEN - 1, 1],
    [10_000 - CLOSE + 1, CLOSE + OPEN - 1],
  ])('lets nothing through so close to the edge of a period, for clocks differ (%i ms)', async (ms, waitMs) => {
    await expect(waits(current().worker, 1, { gates: given, now: NOW + ms })).resolves.toEqual([waitMs]);
  });

  test('that GitLab tells is kept, with what others have used of it', async () => {
    const { worker } = current();
    await worker.learn(told({ used: 93 }));
    await expect(waits(worker, 3, { now: IN })).resolves.toEqual([0, 0, 9000 + OPEN]);
  });

  test('never counts less than this service has sent', async () => {
    const { worker } = current();
    await worker.learn(told({ used: 10 }));
    await waits(worker, 80, { now: IN });
    await worker.learn(told({ used: 20 }));
    await expect(waits(worker, 6, { now: IN })).resolves.toEqual([0, 0, 0, 0, 0, 9000 + OPEN]);
  });

  test('an answer of the period before does not count for this one', async () => {
    const { worker } = current();
    const now = NOW + 10_000 + OPEN;
    await worker.learn(told());
    await waits(worker, 1, { now });
    await worker.learn({ ...told({ used: 95 }), now });
    await expect(waits(worker, 94, { now })).resolves.not.toContain(10_000);
    await expect(waits(worker, 1, { now })).resolves.toEqual([10_000]);
  });

  test('has the periods that GitLab tells', async () => {
    const { worker } = current();
    await worker.learn(told({ used: 95, resetAt: NOW + 4000 }));
    await expect(waits(worker, 1, { now: IN })).resolves.toEqual([3000 + OPEN]);
  });

  test.each([
    ['by hand where it is stricter', { requests: 3, periodMs: 10_000 }, 2],
    ['by GitLab where that is stricter', { requests: 1000, periodMs: 10_000 }, 95],
  ])('is the one given %s', async (_, byHand, allowed) => {
    const { worker } = current();
    const gates = [{ key: 'token', limit: byHand }];
    await waits(worker, 1, { gates, now: IN });
    await worker.learn(told({ used: 1 }));
    const got = await waits(worker, 100, { gates, now: IN });
    expect(got.filter((wait) => wait === 0)).toHaveLength(allowed - 1);
  });

  test('a request may leave until half of the edge at the end of its period, the shortest of all its gates', async () => {
    const { worker } = current();
    const hourly = { key: 'hourly', limit: { requests: 1000, periodMs: 3_600_000 } };
    const permit = { verdict: 'go', goodForMs: 9000 - CLOSE / 2 };
    await expect(worker.reserve(slot({ gates: given, now: IN }))).resolves.toEqual(permit);
    await expect(worker.enter(entry({ gates: [hourly, ...given], now: IN }))).resolves.toEqual(permit);
  });

  test('a request may leave at any time where no limit is known', async () => {
    const { worker } = current();
    await expect(worker.reserve(slot({ now: IN }))).resolves.toEqual({ verdict: 'go' });
    await expect(worker.enter(entry({ gates: [{ key: 'token' }], now: IN }))).resolves.toEqual({ verdict: 'go' });
  });

  test('a request that would come after its deadline is told at once, and holds nobody up', async () => {
    const { worker } = current();
    await waits(worker, 95, { gates: given, now: IN });
    const tooShort = { gates: given, now: IN, deadline: IN + 9000 };
    const limited = { verdict: 'limited', waitMs: 9000 + OPEN };
    await expect(worker.reserve(slot(tooShort))).resolves.toEqual(limited);
    await expect(worker.enter(entry(tooShort))).resolves.toEqual(limited);
    await expect(waits(worker, 1, { gates: given, now: IN })).resolves.toEqual([9000 + OPEN]);
  });
}

function waitsFairly(current: () => Pair): void {
  const next = NOW + 10_000 + OPEN;

  test('go in the order of their turns, whoever came first', async () => {
    const { worker } = current();
    const few = [{ key: 'few', limit: { requests: 3, periodMs: 10_000 } }];
    const own = { gates: few, deadline: NOW + 600_000 };
    const heavy = Array.from({ length: 4 }, (_, at) => entry({ ...own, priority: 10 + at }));
    const light = entry({ ...own, priority: 5 });
    await waits(worker, 2, { gates: few, now: IN });
    await Promise.all(heavy.map(async (each) => worker.enter({ ...each, now: IN })));
    const soonest = { verdict: 'wait', waitMs: 9000 + OPEN };
    await expect(worker.enter({ ...light, now: IN })).resolves.toEqual(soonest);
    await expect(worker.enter({ ...light, now: next })).resolves.toMatchObject({ verdict: 'go' });
    const [first, second] = await Promise.all(heavy.map(async (each) => worker.enter({ ...each, now: next })));
    expect([first, second]).toMatchObject([{ verdict: 'go' }, { verdict: 'wait', waitMs: 10_000 }]);
  });

  test('are not overtaken by a newcomer of a later turn', async () => {
    const { worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    await waits(worker, 1, { gates: one, now: IN });
    await waits(worker, 1, { gates: one, now: IN, priority: 3 });
    await expect(waits(worker, 1, { gates: one, now: next, priority: 4 })).resolves.toEqual([10_000]);
    await expect(waits(worker, 1, { gates: one, now: next, priority: 2 })).resolves.toEqual([0]);
  });

  test('go after the calls that run already', async () => {
    const { worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    await waits(worker, 1, { gates: one, now: IN });
    await waits(worker, 3, { gates: one, now: IN });
    await expect(worker.reserve(slot({ gates: one, now: next }))).resolves.toMatchObject({ verdict: 'go' });
  });

  test('go before a request that nobody waits for, which takes what they leave', async () => {
    const { worker } = current();
    const gates = [{ key: 'three', limit: { requests: 3, periodMs: 10_000 } }];
    const call = entry({ gates, priority: rules.maxTag });
    await waits(worker, 2, { gates, now: IN });
    await worker.enter({ ...call, now: IN });
    const spare = { gates, now: next, deadline: next, isSpare: true };
    await expect(worker.reserve(slot(spare))).resolves.toMatchObject({ verdict: 'go' });
    await expect(worker.reserve(slot(spare))).resolves.toMatchObject({ verdict: 'limited' });
    await expect(worker.enter({ ...call, now: next })).resolves.toMatchObject({ verdict: 'go' });
  });

  test('of both kinds share a gate evenly, however far the one has come', async () => {
    const { worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    await worker.enter(entry({ priority: 3000 }));
    await waits(worker, 1, { gates: one, now: IN });
    await waits(worker, 3, { gates: one, now: IN, kind: 'write', priority: 700 });
    await expect(waits(worker, 1, { gates: one, now: IN, priority: 3001 })).resolves.toEqual([9000 + OPEN]);
  });

  test('are not waited for when they do not come back', async () => {
    const { worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    await waits(worker, 1, { gates: one, now: IN });
    await waits(worker, 3, { gates: one, now: IN, priority: 1 });
    const long = NOW + 60_000 + OPEN;
    await expect(waits(worker, 1, { gates: one, now: long, priority: 9 })).resolves.toEqual([0]);
  });

  test.each(['cancelled', 'orphan', 'expired'] as const)('hold nobody up once they are %s', async (verdict) => {
    const { api, worker } = current();
    const one = [{ key: 'one', limit: { requests: 1, periodMs: 10_000 } }];
    const call = entry({ gates: one, now: IN, priority: 1, deadline: NOW + 30_000 });
    await waits(worker, 1, { gates: one, now: IN });
    await expect(worker.enter(call)).resolves.toMatchObject({ verdict: 'wait' });
    if (verdict === 'cancelled') await api.cancel(call.callId);
    const away = {
      ...call,
      // It was a later request of the call that waited there.
      gates: [],
      ...(verdict === 'orphan' && { api: 'gone' }),
      ...(verdict === 'expired' && { deadline: IN }),
    };
    await expect(worker.enter(away)).resolves.toEqual({ verdict });
    await expect(waits(worker, 1, { gates: one, now: next, priority: 2 })).resolves.toEqual([0]);
  });
}

function countsForAll(current: () => Pair): void {
  test('counts also what a worker sends whose clock is behind', async () => {
    const { worker } = current();
    const ahead = { gates: given, now: NOW + 10_000 + OPEN };
    const behind = { gates: given, now: NOW + 10_000 - 2 * CLOSE };
    const got: number[] = [];
    for (let round = 0; round < 100; round += 1)
      got.push(...(await waits(worker, 1, ahead)), ...(await waits(worker, 1, behind))); // oxlint-disable-line no-await-in-loop -- in turn
    expect(got.filter((wait) => wait === 0)).toHaveLength(95);
  });

  test('that is given no more leaves the word to GitLab', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates: [{ key: 'token', limit: { requests: 3, periodMs: 10_000 } }], now: IN });
    await waits(worker, 1, { now: IN });
    await worker.learn(told({ used: 95 }));
    await expect(waits(worker, 1, { now: IN })).resolves.toEqual([9000 + OPEN]);
  });
}

function passesSeveral(current: () => Pair): void {
  const both = [{ key: 'token' }, { key: 'host', limit }];

  test('make a request wait for the slowest of them', async () => {
    const { worker } = current();
    await worker.learn(lesson({ now: IN, blockedUntil: IN + 300 }));
    await expect(waits(worker, 1, { gates: both, now: IN })).resolves.toEqual([300]);
  });

  test('a token that has to wait does not use up what the host allows', async () => {
    const { worker } = current();
    await worker.learn(lesson({ now: IN, blockedUntil: IN + 30_000 }));
    await waits(worker, 200, { gates: both, now: IN });
    await expect(waits(worker, 1, { gates: [{ key: 'host', limit }], now: IN, priority: 9 })).resolves.toEqual([0]);
  });

  test('each counts a request that goes', async () => {
    const { worker } = current();
    await waits(worker, 95, { gates: both, now: IN });
    await expect(waits(worker, 1, { gates: [{ key: 'host', limit }], now: IN })).resolves.toEqual([9000 + OPEN]);
  });
}
