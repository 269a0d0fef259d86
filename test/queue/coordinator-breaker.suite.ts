import { beforeEach, describe, expect, test } from 'vitest';
import type { Coordinator } from '../../src/queue/coordinator.ts';
import { rules } from '../../src/queue/scripts/rules.ts';
import { entry, NOW, slot } from './coordinator-bench.ts';
import type { Pair } from './coordinator-bench.ts';

const { breakerFailures, breakerCalls, breakerAfterMs, breakerOpenMs } = rules;

async function fail(worker: Coordinator, times: readonly number[], calls: number = breakerCalls): Promise<void> {
  // One connection: Redis takes them in this order.
  const judged = times.map(async (ms, at) => {
    await worker.judge({ callId: `call${String(at % calls)}`, host: 'gitlab', ok: false, now: NOW + ms });
  });
  await Promise.all(judged);
}

/** So many failures, evenly over so long. */
const spread = (count: number, overMs: number): number[] =>
  Array.from({ length: count }, (_, at) => Math.round((at * overMs) / (count - 1)));

/** Whether GitLab is asked while it fails again and again. */
export function breaksOff(current: () => Pair): void {
  beforeEach(async () => {
    await current().api.beat('api1');
  });

  test.each([
    ['are too few', 'go', spread(breakerFailures - 1, 2 * breakerAfterMs)],
    ['end too soon', 'go', spread(10 * breakerFailures, breakerAfterMs - 1)],
    ['are many and last', 'unavailable', spread(breakerFailures, breakerAfterMs)],
  ] as const)('after failures that %s a call may %s', async (_, verdict, times) => {
    const { worker } = current();
    await fail(worker, times);
    const now = NOW + (times.at(-1) ?? 0) + 1;
    await expect(worker.enter(entry({ now, deadline: now + 60_000 }))).resolves.toMatchObject({ verdict });
    await expect(worker.reserve(slot({ now }))).resolves.toMatchObject({ verdict });
  });

  test('a success in between starts the count anew', async () => {
    const { worker } = current();
    await fail(worker, spread(breakerFailures, breakerAfterMs - 1));
    await worker.judge({ callId: 'another', host: 'gitlab', ok: true, now: NOW + breakerAfterMs });
    await fail(worker, [breakerAfterMs]);
    await expect(worker.reserve(slot({ now: NOW + breakerAfterMs }))).resolves.toEqual({ verdict: 'go' });
  });

  test('a few calls that fail again and again say nothing of GitLab', async () => {
    const { worker } = current();
    await fail(worker, spread(10 * breakerFailures, 2 * breakerAfterMs), breakerCalls - 1);
    await expect(worker.reserve(slot({ now: NOW + 2 * breakerAfterMs }))).resolves.toEqual({ verdict: 'go' });
  });

  test('another GitLab is not affected', async () => {
    const { worker } = current();
    await fail(worker, spread(breakerFailures, breakerAfterMs));
    await expect(worker.reserve(slot({ host: 'other', now: NOW + breakerAfterMs }))).resolves.toEqual({
      verdict: 'go',
    });
  });

  test('an open one says for how long', async () => {
    const { worker } = current();
    await fail(worker, spread(breakerFailures, breakerAfterMs));
    const asked = worker.reserve(slot({ now: NOW + breakerAfterMs + 1000 }));
    await expect(asked).resolves.toEqual({ verdict: 'unavailable', waitMs: breakerOpenMs - 1000 });
  });

  describe('that was open long enough', () => {
    triesAgain(current);
  });
}

function triesAgain(current: () => Pair): void {
  const opened = NOW + breakerAfterMs + breakerOpenMs;

  beforeEach(async () => {
    await fail(current().worker, spread(breakerFailures, breakerAfterMs));
  });

  test('then one request tries, and the others still wait for what becomes of it', async () => {
    const { worker } = current();
    await expect(worker.reserve(slot({ now: opened }))).resolves.toEqual({ verdict: 'go' });
    const next = worker.enter(entry({ now: opened + 1, deadline: opened + 60_000 }));
    await expect(next).resolves.toEqual({ verdict: 'unavailable', waitMs: breakerOpenMs - 1 });
  });

  test('the call that tries may send all of its requests', async () => {
    const { worker } = current();
    const call = entry({ now: opened, deadline: opened + 60_000 });
    await expect(worker.enter(call)).resolves.toEqual({ verdict: 'go' });
    await expect(worker.reserve(slot({ ...call, now: opened + 10 }))).resolves.toEqual({ verdict: 'go' });
    await expect(worker.reserve(slot({ now: opened + 10 }))).resolves.toMatchObject({ verdict: 'unavailable' });
  });

  test('when it succeeds everybody may go', async () => {
    const { worker } = current();
    await worker.reserve(slot({ now: opened }));
    await worker.judge({ callId: 'another', host: 'gitlab', ok: true, now: opened + 10 });
    await expect(worker.reserve(slot({ now: opened + 11 }))).resolves.toEqual({ verdict: 'go' });
  });

  test('when it fails nobody may, as long as before', async () => {
    const { worker } = current();
    await worker.reserve(slot({ now: opened }));
    await worker.judge({ callId: 'another', host: 'gitlab', ok: false, now: opened + 10 });
    const next = worker.reserve(slot({ now: opened + 11 }));
    await expect(next).resolves.toEqual({ verdict: 'unavailable', waitMs: breakerOpenMs - 1 });
  });

  test('when nothing is heard of it another one tries', async () => {
    const { worker } = current();
    await worker.reserve(slot({ now: opened }));
    await expect(worker.reserve(slot({ now: opened + breakerOpenMs }))).resolves.toEqual({ verdict: 'go' });
  });

  test('a request that has to wait for a gate is not the one that tries', async () => {
    const { worker } = current();
    await worker.learn({ gate: 'token', now: opened, blockedUntil: opened + 100 });
    await expect(worker.reserve(slot({ now: opened }))).resolves.toMatchObject({ verdict: 'wait' });
    await expect(worker.reserve(slot({ now: opened, gates: [] }))).resolves.toEqual({ verdict: 'go' });
  });
}
