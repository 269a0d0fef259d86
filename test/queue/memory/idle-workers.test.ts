import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createIdleWorkers } from '../../../src/queue/memory/idle-workers.ts';

const [first, second] = [Symbol('first'), Symbol('second')];

describe('idle workers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  test('are called one by one, who waits longest first', async () => {
    const idle = createIdleWorkers();
    const waits = [idle.wait(first, 100), idle.wait(second, 100)];
    idle.call();
    expect(idle.size).toBe(1);
    expect(await waits[0]).toBe('called');
    idle.call();
    expect(await waits[1]).toBe('called');
    expect([idle.size, vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('wait no longer than they asked for', async () => {
    const idle = createIdleWorkers();
    const wait = idle.wait(first, 100);
    await vi.advanceTimersByTimeAsync(99);
    expect(idle.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await wait).toBe('timeout');
    expect(idle.size).toBe(0);
  });

  test('are not disturbed by the end of a wait before', async () => {
    const idle = createIdleWorkers();
    const before = idle.wait(first, 100);
    idle.call();
    expect(await before).toBe('called');
    const wait = idle.wait(first, 1_000);
    await vi.advanceTimersByTimeAsync(500);
    idle.call();
    expect(await wait).toBe('called');
  });

  test('hand over to another when they leave', async () => {
    const idle = createIdleWorkers();
    const waits = [idle.wait(first, 100), idle.wait(second, 100)];
    idle.dismiss(first);
    expect(await Promise.all(waits)).toEqual(['dismissed', 'called']);
  });

  test('need not be there to be called or dismissed', () => {
    const idle = createIdleWorkers();
    idle.call();
    idle.dismiss(first);
    expect(idle.size).toBe(0);
  });
});
