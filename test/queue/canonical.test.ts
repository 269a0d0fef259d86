import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonicalText, unorderedText } from '../../src/queue/canonical.ts';

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([name, field]) => [name, shuffled(field)]),
  );
};

test('is the same for the same fields in another order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalText(shuffled(value))).toBe(canonicalText(value));
    }),
  );
});

test.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: [1, 2] }, { a: [2, 1] }],
  [{ a: { b: 1 } }, { a: 1, b: 1 }],
  [{ fields: [['a', 1]] }, { a: 1 }],
  [{ a: null }, {}],
])('%j and %j are told apart', (one, other) => {
  expect(canonicalText(one)).not.toBe(canonicalText(other));
});

describe('without an order', () => {
  const reversed = (value: unknown): unknown => {
    if (Array.isArray(value)) return [...value, ...value.slice(0, 1)].map(reversed).toReversed();
    return typeof value === 'object' && value !== null ? shuffled(value) : value;
  };

  test('is the same for the same items in another order, and for one that comes twice', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.jsonValue())), (value) => {
        expect(unorderedText(reversed(value))).toBe(unorderedText(value));
      }),
    );
  });

  test.each([
    [['a', 'b'], ['a,b']],
    [[['a'], ['b']], [['a', 'b']]],
    [[1], ['1']],
    [['"a"'], ['a']],
    [
      { one: ['a'], other: [] },
      { one: [], other: ['a'] },
    ],
    [[[]], []],
  ])('%j and %j are told apart', (one, other) => {
    expect(unorderedText(one)).not.toBe(unorderedText(other));
  });
});
