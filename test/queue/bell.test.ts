import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBell } from '../../src/queue/bell.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a ring wakes the one who waits, and leaves no timer', async () => {
  const bell = createBell();
  const rung = bell.rung(1000);
  bell.ring();
  await expect(rung).resolves.toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test('without a ring the wait ends by itself', async () => {
  const bell = createBell();
  const rung = bell.rung(1000);
  await vi.advanceTimersByTimeAsync(1000);
  await expect(rung).resolves.toBe(false);
});

test('rings while nobody waits are heard once, at the next wait', async () => {
  const bell = createBell();
  bell.ring();
  bell.ring();
  await expect(bell.rung(1000)).resolves.toBe(true);
  const again = bell.rung(1000);
  await vi.advanceTimersByTimeAsync(1000);
  await expect(again).resolves.toBe(false);
});

test('a ring before the wake is not heard twice', async () => {
  const bell = createBell();
  const rung = bell.rung(1000);
  bell.ring();
  bell.ring();
  await rung;
  const again = bell.rung(1000);
  await vi.advanceTimersByTimeAsync(1000);
  await expect(again).resolves.toBe(false);
});
