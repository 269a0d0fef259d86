import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
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
    expect(fitList(answer, items, { maxBytes: 10_000, isPaged: true })).toBe(answer);
  });

  test('cuts between items and says how many are left and how to get them', () => {
    const fitted = fitList(answer, items, { maxBytes: 1200, isPaged: true });
    const { items: kept } = fitted;

    expect(bytesOf(JSON.stringify(fitted))).toBeLessThanOrEqual(1200);
    expect(kept).toEqual(items.slice(0, 9));
    expect(fitted).toMatchObject({ left_out: 11, get_rest: 'pages of per_page=9 fit into an answer', total: 20 });
  });

  test('cuts the texts of an item that is too large by itself', () => {
    const huge = [{ iid: 1, description: 'line\n'.repeat(10_000) }];
    const fitted = fitList({ items: huge }, huge, { maxBytes: 2000, isPaged: true });

    expect(bytesOf(JSON.stringify(fitted))).toBeLessThanOrEqual(2000);
    expect(JSON.stringify(fitted)).toContain('more bytes: this field is shown no further');
  });
});

const sizeOf = (value: unknown): number => bytesOf(JSON.stringify(value));

describe('fitValue', () => {
  test('keeps the short fields of an object and cuts the end of its long ones', () => {
    const value = {
      iid: 7,
      title: 'short',
      description: 'word '.repeat(10_000),
      notes: [{ body: 'z'.repeat(50_000) }],
    };
    const fitted = fitValue(value, 5000);

    expect(sizeOf(fitted)).toBeLessThanOrEqual(5000);
    expect(fitted).toMatchObject({ iid: 7, title: 'short' });
  });

  test('gives a long text all the room there is', () => {
    const fitted = fitValue({ iid: 7, description: 'a line of text\n'.repeat(10_000) }, 60_000);

    expect(sizeOf(fitted)).toBeGreaterThan(59_900);
    expect(sizeOf(fitted)).toBeLessThanOrEqual(60_000);
  });

  test('cuts the longest list where cutting texts is not enough, and counts what it leaves out', () => {
    const links = Array.from({ length: 500 }, (_, id) => ({ id, url: 'https://gitlab.example.com/'.padEnd(150, 'x') }));
    const fitted = fitValue({ tag_name: 'v1', milestones: ['1', '2', '3'], links }, 10_000);
    const { links: shown } = z.object({ links: z.array(z.unknown()) }).parse(fitted);
    const kept = shown.length - 1;

    expect(sizeOf(fitted)).toBeLessThanOrEqual(10_000);
    expect(sizeOf(fitted)).toBeGreaterThan(9700);
    expect(fitted).toMatchObject({ tag_name: 'v1', milestones: ['1', '2', '3'] });
    expect(shown).toEqual([...links.slice(0, kept), `[${String(500 - kept)} more items: left out here]`]);
  });

  test('keeps the first note of a thread, which says what it is about, and the newest ones', () => {
    const notes = Array.from({ length: 600 }, (_, id) => ({ id, body: 'A note of some length. '.repeat(9) }));
    const fitted = fitValue({ id: 'abc', notes }, 10_000);
    const { notes: shown } = z.object({ notes: z.array(z.unknown()) }).parse(fitted);
    const newest = shown.length - 2;

    expect(sizeOf(fitted)).toBeLessThanOrEqual(10_000);
    expect(newest).toBeGreaterThan(10);
    expect(shown).toEqual([
      notes[0],
      `[${String(599 - newest)} more items: left out here]`,
      ...notes.slice(600 - newest),
    ]);
  });

  test('leaves out the largest fields where nothing else helps, and counts them', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`key_${String(n)}`, n]));

    expect(fitValue({ iid: 7, many, state: 'opened' }, 1000)).toEqual({
      iid: 7,
      state: 'opened',
      left_out: '1 fields',
    });
  });

  const text = fc
    .tuple(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 400 }))
    .map(([part, count]) => part.repeat(count));
  const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant('\n"\u0001'.repeat(500)));
  const grow = (inner: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
    fc.oneof(
      leaf,
      fc.array(inner),
      fc
        .tuple(inner, fc.integer({ min: 1, max: 40 }))
        .map(([item, count]) => Array.from({ length: count }, () => item)),
      fc.dictionary(fc.string({ maxLength: 40 }), inner, { maxKeys: 40 }),
    );
  const json = grow(grow(leaf));

  test('makes a value of any shape fit, and what it changes it marks', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), fc.integer({ min: 900, max: 9000 }), (value, maxBytes) => {
        const fitted = fitValue(value, maxBytes);

        expect(sizeOf(fitted)).toBeLessThanOrEqual(maxBytes);
        if (sizeOf(value) <= maxBytes) expect(fitted).toBe(value);
        else expect(JSON.stringify(fitted)).toMatch(/\[\d+ (?:more )?(?:bytes|items): |"left_out":"\d+ fields"/u);
      }),
      { numRuns: 50 },
    );
  });

  test('makes the one item of a list fit, whatever its shape', () => {
    fc.assert(
      fc.property(json, fc.integer({ min: 900, max: 9000 }), (item, maxBytes) => {
        expect(sizeOf(fitList({ items: [item] }, [item], { maxBytes, isPaged: true }))).toBeLessThanOrEqual(maxBytes);
      }),
      { numRuns: 50 },
    );
  });
});
