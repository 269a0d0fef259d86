import { expect, test } from 'vitest';
import { rules } from '../../src/queue/scripts/rules.ts';
import { OPEN, given, IN, lesson, NOW, told, waits } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

/** Five minutes too late by a clock that is then corrected. */
const AHEAD = IN + 300_000;

/** What was noted by a clock that has been set back since. */
export function outlivesClocks(current: () => Pair): void {
  test('what was counted in a period to come is not counted in this one', async () => {
    const { worker } = current();
    await waits(worker, 95, { gates: given, now: AHEAD });
    const got = await waits(worker, 96, { gates: given, now: IN });
    expect(got.filter((wait) => wait === 0)).toHaveLength(95);
    expect(got.at(-1)).toBe(9000 + OPEN);
  });

  test('what GitLab tells of this period counts, not what was told of one to come', async () => {
    const { worker } = current();
    await worker.learn({ ...told({ used: 95, resetAt: NOW + 310_000 }), now: AHEAD });
    await worker.learn(told({ used: 93 }));
    await expect(waits(worker, 3, { now: IN })).resolves.toEqual([0, 0, 9000 + OPEN]);
  });

  test('a worker whose clock is behind by less than a period counts into the one that others have begun', async () => {
    const { worker } = current();
    await waits(worker, 95, { gates: given, now: IN + 10_000 });
    await expect(waits(worker, 1, { gates: given, now: IN })).resolves.not.toEqual([0]);
  });

  test('requests are spaced out as widely as before, from now on', async () => {
    const { worker } = current();
    await worker.learn(lesson({ isUnsaid: true, now: AHEAD }));
    await waits(worker, 1, { now: AHEAD });
    const apart = rules.unsaidFirstMs;
    await expect(waits(worker, 3, { now: IN })).resolves.toEqual([0, apart, 2 * apart]);
  });

  test('a refusal makes them twice as far apart, not as many times as minutes were set back', async () => {
    const { worker } = current();
    await worker.learn(lesson({ isUnsaid: true, now: AHEAD }));
    await waits(worker, 1, { now: AHEAD });
    await worker.learn(lesson({ isUnsaid: true, now: IN }));
    await expect(waits(worker, 2, { now: IN })).resolves.toEqual([0, 2 * rules.unsaidFirstMs]);
  });

  test('nobody waits for the answer of a request that went ahead in a time to come', async () => {
    const { worker } = current();
    const gates = [{ key: 'token', asksFirst: true }];
    await waits(worker, 1, { gates, now: AHEAD });
    await expect(waits(worker, 2, { gates, now: IN })).resolves.toEqual([0, rules.askAgainMs]);
  });

  test('a block may be as long as GitLab says, and is kept', async () => {
    const { worker } = current();
    await worker.learn(lesson({ now: AHEAD, blockedUntil: AHEAD + 1000 }));
    await expect(waits(worker, 1, { now: IN })).resolves.toEqual([301_000]);
  });
}
