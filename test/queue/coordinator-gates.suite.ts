import { beforeEach, expect, test } from 'vitest';
import { rules } from '../../src/queue/scripts.ts';
import { entry, lesson, NOW, waits } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

/** GCRA with reservation: when may a request go. */
export function pacesGates(current: () => Pair): void {
  beforeEach(async () => {
    await current().api.beat('api1');
  });
  keepsPace(current);
  passesSeveral(current);
  blocks(current);
  learns(current);
}

function keepsPace(current: () => Pair): void {
  test('a gate of which nothing is known lets everything through', async () => {
    await expect(waits(current().worker, 5)).resolves.toEqual([0, 0, 0, 0, 0]);
  });

  test('requests get slots that are an interval apart', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100 }));
    await expect(waits(worker, 5)).resolves.toEqual([0, 100, 200, 300, 400]);
  });

  test('a burst goes at once, and the pace holds after it', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100, burstMs: 300 }));
    await expect(waits(worker, 6)).resolves.toEqual([0, 0, 0, 0, 100, 200]);
    await expect(waits(worker, 2, { now: NOW + 500 })).resolves.toEqual([0, 0]);
  });

  test('quiet time allows no more than the burst', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100, burstMs: 100 }));
    await waits(worker, 1);
    await expect(waits(worker, 3, { now: NOW + 10_000 })).resolves.toEqual([0, 0, 100]);
  });

  test('an interval may be a fraction, and a wait is whole milliseconds', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100 / 3 }));
    await expect(waits(worker, 4)).resolves.toEqual([0, 34, 67, 100]);
  });

  test('a slot after the deadline is not reserved', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100 }));
    await waits(worker, 3);
    const tooShort = { gates: ['token'], now: NOW, deadline: NOW + 299 };
    await expect(worker.reserve(tooShort)).resolves.toEqual({ verdict: 'limited', waitMs: 300 });
    await expect(worker.enter(entry(tooShort))).resolves.toEqual({ verdict: 'limited', waitMs: 300 });
    await expect(waits(worker, 1)).resolves.toEqual([300]);
  });

  test('a call that comes back to its slot is not charged again', async () => {
    const { worker } = current();
    const call = entry({ gates: ['token'] });
    await worker.learn(lesson({ intervalMs: 100 }));
    await waits(worker, 1);
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'wait', waitMs: 100 });
    await expect(worker.enter({ ...call, now: NOW + 100, reserved: true })).resolves.toEqual({ verdict: 'go' });
    await expect(waits(worker, 1, { now: NOW + 100 })).resolves.toEqual([100]);
  });
}

function passesSeveral(current: () => Pair): void {
  test('a request waits for the slowest of its gates', async () => {
    const { worker } = current();
    await worker.learn(lesson({ gate: 'token', intervalMs: 300 }));
    await worker.learn(lesson({ gate: 'host', intervalMs: 100 }));
    await expect(waits(worker, 3, { gates: ['token', 'host'] })).resolves.toEqual([0, 300, 600]);
  });

  test('it takes one slot of each, so that one slow token does not hold up the host', async () => {
    const { worker } = current();
    await worker.learn(lesson({ gate: 'token', blockedUntil: NOW + 30_000 }));
    await worker.learn(lesson({ gate: 'host', intervalMs: 100 }));
    await waits(worker, 2, { gates: ['token', 'host'] });
    await expect(waits(worker, 1, { gates: ['host'] })).resolves.toEqual([200]);
  });

  test('a request that one gate limits takes no slot of the others', async () => {
    const { worker } = current();
    await worker.learn(lesson({ gate: 'token', blockedUntil: NOW + 30_000 }));
    await worker.learn(lesson({ gate: 'host', intervalMs: 100 }));
    const both = { gates: ['token', 'host'], now: NOW, deadline: NOW + 1000 };
    await expect(worker.reserve(both)).resolves.toEqual({ verdict: 'limited', waitMs: 30_000 });
    await expect(waits(worker, 1, { gates: ['host'] })).resolves.toEqual([0]);
  });
}

function blocks(current: () => Pair): void {
  const apart = rules.blockSpacingMs;

  test('after a block of an unknown gate calls start a little apart', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await expect(waits(worker, 3)).resolves.toEqual([1000, 1000 + apart, 1000 + 2 * apart]);
  });

  test('after a block of a known gate calls keep its interval, without a burst', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 200, burstMs: 10_000, blockedUntil: NOW + 1000 }));
    await expect(waits(worker, 3)).resolves.toEqual([1000, 1200, 1400]);
  });

  test('a newcomer does not overtake those who waited for the end of the block', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await waits(worker, 3);
    await expect(waits(worker, 1, { now: NOW + 1000 })).resolves.toEqual([3 * apart]);
    await expect(waits(worker, 2, { now: NOW + 1000 + 4 * apart })).resolves.toEqual([0, 0]);
  });

  test('nor does one when a burst was learned before the pace', async () => {
    const { worker } = current();
    await worker.learn(lesson({ burstMs: 10_000, blockedUntil: NOW + 1000 }));
    await waits(worker, 3);
    await expect(waits(worker, 1, { now: NOW + 1000 })).resolves.toEqual([3 * apart]);
  });

  test('a call whose slot falls into a new block gets another slot', async () => {
    const { worker } = current();
    const call = entry({ gates: ['token', 'host'], reserved: true });
    await worker.learn(lesson({ blockedUntil: NOW + 2000 }));
    await waits(worker, 1);
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'wait', waitMs: 2000 + apart });
    await expect(waits(worker, 1)).resolves.toEqual([2000 + 2 * apart]);
  });

  test('a call whose new slot comes after its deadline is limited', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 90_000 }));
    const call = entry({ gates: ['token'], reserved: true });
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'limited', waitMs: 90_000 });
  });
}

function learns(current: () => Pair): void {
  test('a lesson leaves what it does not mention', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100 }));
    await worker.learn(lesson({ burstMs: 100 }));
    await worker.learn(lesson({}));
    await expect(waits(worker, 4)).resolves.toEqual([0, 0, 100, 200]);
    await worker.learn(lesson({ burstMs: 0 }));
    await expect(waits(worker, 1)).resolves.toEqual([400]);
  });

  test('a later lesson replaces an earlier one', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 100 }));
    await waits(worker, 1);
    await worker.learn(lesson({ intervalMs: 500 }));
    await expect(waits(worker, 2)).resolves.toEqual([100, 600]);
  });

  test('an interval of 0 lifts the limit, with the slots that were reserved under it', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 1000 }));
    await waits(worker, 10);
    await worker.learn(lesson({ intervalMs: 0 }));
    await expect(waits(worker, 3)).resolves.toEqual([0, 0, 0]);
  });

  test('lifting a limit does not end a block', async () => {
    const { worker } = current();
    await worker.learn(lesson({ intervalMs: 1000, blockedUntil: NOW + 5000 }));
    await worker.learn(lesson({ intervalMs: 0 }));
    await expect(waits(worker, 1)).resolves.toEqual([5000]);
  });

  test('of two blocks the later one counts', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 3000 }));
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    const call = entry({ gates: ['token'], now: NOW + 2000, reserved: true });
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'wait', waitMs: 1000 });
  });
}
