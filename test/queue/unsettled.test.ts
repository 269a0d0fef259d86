import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createUnsettled } from '../../src/queue/unsettled.ts';

describe('work that is begun', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('is given up when its patience is over, and not much later', async () => {
    const unsettled = createUnsettled(800);
    const given: string[] = [];
    unsettled.begin(() => void given.push('one'));
    await vi.advanceTimersByTimeAsync(450);
    unsettled.begin(() => void given.push('two'));
    await vi.advanceTimersByTimeAsync(350);
    expect(given).toEqual([]);
    await vi.advanceTimersByTimeAsync(110);
    expect(given).toEqual(['one']);
    await vi.advanceTimersByTimeAsync(500);
    expect(given).toEqual(['one', 'two']);
  });

  test('is not given up once it has ended, and no timer goes on for it', async () => {
    const unsettled = createUnsettled(800);
    const reject = vi.fn<(error: Error) => void>();
    unsettled.begin(reject)();
    await vi.advanceTimersByTimeAsync(5000);
    expect(reject).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is all given up at once when there is nothing to wait for', () => {
    const unsettled = createUnsettled(undefined);
    const given: string[] = [];
    unsettled.begin(({ message }) => void given.push(message));
    unsettled.giveUp(new Error('closed'));
    unsettled.giveUp(new Error('closed again'));
    expect(given).toEqual(['closed']);
  });
});

test('while this process is busy nothing is given up that has been answered meanwhile', async () => {
  const unsettled = createUnsettled(80);
  const reject = vi.fn<(error: Error) => void>();
  const ended = unsettled.begin(reject);
  // Twice as long as the patience in one go, and the answer is read after it.
  const until = performance.now() + 160;
  while (performance.now() < until);
  setImmediate(ended);
  await sleep(200);
  expect(reject).not.toHaveBeenCalled();
});
