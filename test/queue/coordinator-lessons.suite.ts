import { expect, test } from 'vitest';
import { rules } from '../../src/queue/scripts/rules.ts';
import { CLOSE, OPEN, entry, IN, lesson, NOW, told, waits } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

/** After a 429 that says nothing of its limit. */
export function spacesOut(current: () => Pair): void {
  const { unsaidFirstMs, unsaidMostMs, unsaidHalfLifeMs } = rules;
  const unsaid = lesson({ isUnsaid: true });

  test('spaces requests out', async () => {
    const { worker } = current();
    await worker.learn(unsaid);
    await expect(waits(worker, 3)).resolves.toEqual([0, unsaidFirstMs, 2 * unsaidFirstMs]);
  });

  test.each([
    [2, 2 * unsaidFirstMs],
    [3, 4 * unsaidFirstMs],
    [30, unsaidMostMs],
  ])('the wider the more often it comes, up to a bound (%i times)', async (times, spacingMs) => {
    const { worker } = current();
    await Promise.all(Array.from({ length: times }, async () => worker.learn(unsaid)));
    await expect(waits(worker, 2)).resolves.toEqual([0, spacingMs]);
  });

  test('is forgotten by and by', async () => {
    const { worker } = current();
    await Promise.all([1, 2, 3].map(async () => worker.learn(unsaid)));
    const later = { now: NOW + unsaidHalfLifeMs };
    await expect(waits(worker, 2, later)).resolves.toEqual([0, 2 * unsaidFirstMs]);
    const long = { now: NOW + 5 * unsaidHalfLifeMs };
    await expect(waits(worker, 5, long)).resolves.toEqual([0, 0, 0, 0, 0]);
  });

  test('counts no more once GitLab has told its limit', async () => {
    const { worker } = current();
    await worker.learn({ ...unsaid, now: IN });
    await worker.learn(told());
    await expect(waits(worker, 3, { now: IN })).resolves.toEqual([0, 0, 0]);
  });
}

/** Until GitLab's first answer. */
export function asksFirst(current: () => Pair): void {
  const gates = [{ key: 'token', asksFirst: true }];
  const { askAgainMs, askFirstMs } = rules;

  test('lets everything through where nobody has to ask first', async () => {
    await expect(waits(current().worker, 5)).resolves.toEqual([0, 0, 0, 0, 0]);
  });

  test('lets one request go ahead', async () => {
    await expect(waits(current().worker, 3, { gates })).resolves.toEqual([0, askAgainMs, askAgainMs]);
  });

  test('lets the others go when its answer says nothing of a limit', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates });
    await worker.learn(lesson());
    await expect(waits(worker, 3, { gates, now: NOW + 5 })).resolves.toEqual([0, 0, 0]);
  });

  test('holds the others to the limit that its answer tells', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates, now: IN });
    await worker.learn(told({ requests: 3, used: 1 }));
    await expect(waits(worker, 2, { gates, now: IN })).resolves.toEqual([0, 9000 + OPEN]);
  });

  test('does not wait long for an answer', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates });
    await expect(waits(worker, 2, { gates, now: NOW + askFirstMs })).resolves.toEqual([0, 0]);
  });

  test('asks again less and less often, and goes in the end', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates });
    const looks: number[] = [];
    let now = NOW;
    for (let wait = 1; wait > 0 && looks.length < 20; now += wait) {
      [wait = 0] = await waits(worker, 1, { gates, now }); // oxlint-disable-line no-await-in-loop -- in turn
      looks.push(wait);
    }
    expect(looks).toEqual([40, 40, 80, 160, 320, 360, 0]);
    expect(now).toBe(NOW + askFirstMs);
  });

  test('is never the reason to refuse a call whose deadline is near', async () => {
    const { worker } = current();
    await waits(worker, 1, { gates });
    await expect(waits(worker, 1, { gates, deadline: NOW + askAgainMs })).resolves.toEqual([0]);
  });
}

/** After Retry-After. */
export function blocks(current: () => Pair): void {
  const apart = rules.blockSpacingMs;

  test('of an unknown gate ends a little later for each who waits', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await expect(waits(worker, 3)).resolves.toEqual([1000, 1000 + apart, 1000 + 2 * apart]);
  });

  test('of a known gate ends at the pace of its limit', async () => {
    const { worker } = current();
    await worker.learn({ ...told(), blockedUntil: NOW + 2000 });
    const each = Math.ceil((10_000 - OPEN - CLOSE) / 95);
    await expect(waits(worker, 2, { now: IN })).resolves.toEqual([1000, 1000 + each]);
  });

  test('that is new counts also for those who have waited for an older one', async () => {
    const { worker } = current();
    const call = entry({ gates: [{ key: 'token' }] });
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'wait', waitMs: 1000 });
    await worker.learn(lesson({ blockedUntil: NOW + 3000 }));
    await expect(worker.enter({ ...call, now: NOW + 1000 })).resolves.toEqual({ verdict: 'wait', waitMs: 2000 });
    await expect(worker.enter({ ...call, now: NOW + 3000 })).resolves.toEqual({ verdict: 'go' });
  });

  test('is not shortened by an earlier one', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 3000 }));
    await worker.learn(lesson({ blockedUntil: NOW + 1000 }));
    await expect(waits(worker, 1)).resolves.toEqual([3000]);
  });

  test('that ends after the deadline is told at once', async () => {
    const { worker } = current();
    await worker.learn(lesson({ blockedUntil: NOW + 90_000 }));
    const limited = { verdict: 'limited', waitMs: 90_000 };
    await expect(worker.enter(entry({ gates: [{ key: 'token' }] }))).resolves.toEqual(limited);
  });
}
