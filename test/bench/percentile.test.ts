import { describe, expect, test } from 'vitest';
import { median, percentile } from '../../bench/percentile.ts';

const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

describe('a percentile', () => {
  test.each([
    { values: hundred, percent: 50, is: 50 },
    { values: hundred, percent: 99, is: 99 },
    { values: hundred, percent: 100, is: 100 },
    { values: [3, 1, 2], percent: 50, is: 2 },
    { values: [3, 1, 2], percent: 99, is: 3 },
    { values: [3, 1, 2], percent: 0, is: 1 },
    { values: [10, 9], percent: 50, is: 9 },
    { values: [], percent: 50, is: 0 },
  ])('of $values.length values is the smallest that $percent % do not exceed', ({ values, percent, is }) => {
    expect(percentile(values, percent)).toBe(is);
  });

  test('orders by size, not by spelling', () => {
    expect(percentile([10, 9, 100], 100)).toBe(100);
  });
});

describe('a median', () => {
  test.each([
    { values: [5, 1, 3], is: 3 },
    { values: [4, 1, 2, 3], is: 2.5 },
    { values: [7], is: 7 },
    { values: [], is: 0 },
  ])('of $values is $is', ({ values, is }) => {
    expect(median(values)).toBe(is);
  });
});
