import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, cutText } from '../../src/tools/cut.ts';
import { fitList, fitValue } from '../../src/tools/fit.ts';

describe('cutText', () => {
  test('leaves a text alone that fits', () => {
    expect(cutText('one\ntwo', 7, 'rest')).toBe('one\ntwo');
  });

  test('cuts after a whole line and says how much is left and how to get it', () => {
    expect(cutText(`one\ntwo\n${'x'.repeat(100)}`, 60, 'read on with start_line=3')).toBe(
      'one\ntwo\n[101 more bytes: read on with start_line=3]',
    );
  });

  test('is never longer than allowed, and never splits a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 400 }),
        fc.integer({ min: 60, max: 300 }),
        (text, maxBytes) => {
          const cut = cutText(text, maxBytes, 'rest');

          expect(bytesOf(cut)).toBeLessThanOrEqual(maxBytes);
          expect(cut).not.toContain('\uFFFD');
        },
      ),
    );
  });
});

describe('fitList', () => {
  const items = Array.from({ length: 20 }, (_, iid) => ({ iid, title: 'x'.repeat(80) }));
  const answer = { items, page: 1, per_page: 20, total: 20 };

  test('leaves a list alone that fits', () => {
    expect(fitList(answer, items, 10_000)).toBe(answer);
  });

  test('cuts between items and says how many are left and how to get them', () => {
    const fitted = fitList(answer, items, 1200);
    const { items: kept } = fitted;

    expect(bytesOf(JSON.stringify(fitted))).toBeLessThanOrEqual(1200);
    expect(kept).toEqual(items.slice(0, 9));
    expect(fitted).toMatchObject({ left_out: 11, get_rest: 'pages of per_page=9 fit into an answer', total: 20 });
  });

  test('cuts the texts of an item that is too large by itself', () => {
    const huge = [{ iid: 1, description: 'line\n'.repeat(10_000) }];
    const fitted = fitList({ items: huge }, huge, 2000);

    expect(bytesOf(JSON.stringify(fitted))).toBeLessThanOrEqual(2000);
    expect(JSON.stringify(fitted)).toContain('more bytes: this field is shown no further');
  });
});

test('an object keeps its short fields and loses the end of its long ones', () => {
  const value = { iid: 7, title: 'short', description: 'word '.repeat(10_000), notes: [{ body: 'z'.repeat(50_000) }] };
  const fitted = fitValue(value, 5000);

  expect(bytesOf(JSON.stringify(fitted))).toBeLessThanOrEqual(5000);
  expect(fitted).toMatchObject({ iid: 7, title: 'short' });
});
