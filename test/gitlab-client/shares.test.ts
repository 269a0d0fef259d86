import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createShares } from '../../src/gitlab/shares.ts';
import type { Shares } from '../../src/gitlab/shares.ts';

const never = new AbortController().signal;

/** Takes shares of these sizes, in this order; notes which have begun and lets them end. */
function takers(shares: Shares, sizes: readonly number[], signals: readonly AbortSignal[] = []) {
  const begun = new Map<number, () => void>();
  const failed: number[] = [];
  for (const [index, size] of sizes.entries()) {
    shares.take(size, signals[index] ?? never).then(
      ({ end }) => begun.set(index, end),
      () => failed.push(index),
    );
  }
  return {
    begun: async () => {
      await nextTurn();
      return [...begun.keys()];
    },
    failed,
    end: (index: number) => {
      begun.get(index)?.();
      begun.delete(index);
    },
  };
}

describe('shares', () => {
  test('are as many as the budget holds, and the next ones wait in their order', async () => {
    const all = takers(createShares(100), [40, 60, 50, 50, 1]);
    const first = await all.begun();
    all.end(0);
    const still = await all.begun();
    all.end(1);
    const then = await all.begun();
    all.end(3);

    expect([first, still, then, await all.begun()]).toEqual([[0, 1], [1], [2, 3], [2, 4]]);
  });

  test('are taken alone however large they are', async () => {
    const all = takers(createShares(100), [500, 1, 500]);
    const first = await all.begun();
    all.end(0);
    const then = await all.begun();
    all.end(1);

    expect([first, then, await all.begun()]).toEqual([[0], [1], [2]]);
  });

  test('are not waited for after an abort, and those behind need not wait either', async () => {
    const cancel = new AbortController();
    const all = takers(createShares(100), [60, 100, 40], [never, cancel.signal]);
    const first = await all.begun();
    cancel.abort();

    expect([first, await all.begun(), all.failed]).toEqual([[0], [0, 2], [1]]);
  });

  test('are not waited for where the abort came before', async () => {
    const all = takers(createShares(100), [100, 100], [never, AbortSignal.abort()]);

    expect([await all.begun(), all.failed]).toEqual([[0], [1]]);
  });
});
