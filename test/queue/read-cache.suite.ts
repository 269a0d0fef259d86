import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cacheRules } from '../../src/queue/read-cache.ts';
import type { ReadCache } from '../../src/queue/read-cache.ts';
import { answerOf, costOf, nameOf } from './read-cache-bench.ts';
import type { CacheBench } from './read-cache-bench.ts';

const { unusedMs, largestBytes } = cacheRules;
const MAX_BYTES = 10 * costOf(1000);

/** What a cache of answers does, wherever it keeps them. */
export function cachesReads(open: (maxBytes: number) => Promise<CacheBench>): void {
  let bench: CacheBench;
  let cache: ReadCache;

  beforeEach(async () => {
    bench = await open(MAX_BYTES);
    ({ cache } = bench);
  });

  afterEach(async () => {
    await bench.close();
  });

  const kept = async (names: readonly string[]): Promise<readonly string[]> => {
    const found = await Promise.all(names.map(async (name) => ((await cache.get(name)) === undefined ? [] : [name])));
    return found.flat();
  };

  /** One after the other, a millisecond apart. */
  const keepAll = async ([name, ...others]: readonly string[], bytes = 1000): Promise<void> => {
    if (name === undefined) return;
    bench.step(1);
    await cache.keep(name, answerOf(bytes));
    await keepAll(others, bytes);
  };

  test('gives back the very bytes that were kept, and nothing under another name', async () => {
    const answer = Buffer.from([0, 255, 10, 13, 128]);
    await cache.keep(nameOf('a'), answer);
    await expect(cache.get(nameOf('a'))).resolves.toEqual(answer);
    await expect(cache.get(nameOf('b'))).resolves.toBeUndefined();
  });

  test('keeps the newer of two answers', async () => {
    await cache.keep(nameOf('a'), Buffer.from('old'));
    await cache.keep(nameOf('a'), Buffer.from('new'));
    await expect(cache.get(nameOf('a'))).resolves.toEqual(Buffer.from('new'));
  });

  test.each([
    [unusedMs - 1, true],
    [unusedMs, false],
  ])('after %i ms without use an answer is there: %s', async (ms, isThere) => {
    await cache.keep(nameOf('a'), answerOf(10));
    bench.step(ms);
    await expect(kept([nameOf('a')])).resolves.toHaveLength(isThere ? 1 : 0);
  });

  test('an answer that is used lives on', async () => {
    await cache.keep(nameOf('a'), answerOf(10));
    bench.step(unusedMs - 1);
    await cache.get(nameOf('a'));
    bench.step(unusedMs - 1);
    await expect(kept([nameOf('a')])).resolves.toHaveLength(1);
  });

  test.each([
    [largestBytes, 1],
    [largestBytes + 1, 0],
  ])('of %i bytes an answer is kept %i times', async (bytes, times) => {
    const roomy = await open(2 * largestBytes);
    await roomy.cache.keep(nameOf('a'), Buffer.from('old'));
    await roomy.cache.keep(nameOf('a'), answerOf(bytes));
    const answer = await roomy.cache.get(nameOf('a'));
    await roomy.close();
    expect(answer === undefined ? 0 : 1).toBe(times);
  });

  test('an answer larger than the whole cache costs no other its place', async () => {
    await keepAll([nameOf('a'), nameOf('b')]);
    await cache.keep(nameOf('c'), answerOf(MAX_BYTES));
    await expect(kept([nameOf('a'), nameOf('b'), nameOf('c')])).resolves.toEqual([nameOf('a'), nameOf('b')]);
  });

  test('no more than a thousand answers are forgotten in one go, the rest in the next one', async () => {
    const { mostRemoved } = cacheRules;
    const names = Array.from({ length: mostRemoved + 2 }, (_, at) => nameOf(`a${String(at).padStart(5, '0')}`));
    const roomy = await open(2 * names.length * costOf(1));
    await Promise.all(names.map(async (name) => roomy.cache.keep(name, answerOf(1))));
    const left = async (): Promise<number> => {
      const answers = await Promise.all(names.map(async (name) => roomy.cache.get(name)));
      return answers.filter((answer) => answer !== undefined).length;
    };
    await roomy.cache.drop(['a']);
    const once = await left();
    await roomy.cache.drop(['a']);
    const twice = await left();
    await roomy.close();

    expect([once, twice]).toEqual([2, 0]);
  });

  describe('when it is full', () => {
    const names = Array.from('abcdefghij', (letter) => nameOf(letter));

    beforeEach(async () => {
      await keepAll(names);
    });

    test('holds as many answers as fit', async () => {
      await expect(kept(names)).resolves.toEqual(names);
    });

    test('forgets the answer that was not used for longest', async () => {
      bench.step(1);
      await cache.get(nameOf('a'));
      await keepAll([nameOf('k')]);
      await expect(kept([...names, nameOf('k')])).resolves.toEqual(
        [...names, nameOf('k')].filter((name) => name !== nameOf('b')),
      );
    });

    test('forgets as many as a large one needs', async () => {
      await keepAll([nameOf('k')], 2500);
      await expect(kept(names)).resolves.toEqual(names.slice(2));
    });

    test('an answer that takes the place of its older one costs no other its place', async () => {
      await keepAll([nameOf('j')]);
      await expect(kept(names)).resolves.toEqual(names);
    });

    test('what was dropped leaves room', async () => {
      await cache.drop([nameOf('c'), nameOf('d')]);
      await keepAll([nameOf('k'), nameOf('l')]);
      await expect(kept(names)).resolves.toEqual(names.filter((name) => name !== nameOf('c') && name !== nameOf('d')));
    });
  });

  test('drops what begins with one of the given parts, and nothing else', async () => {
    const names = ['one', 'two', 'three'].flatMap((start) => ['x', '_', '-'].map((end) => start + end));
    await keepAll(names);
    await cache.drop(['one', 'three_', 'nowhere']);
    await expect(kept(names)).resolves.toEqual(['twox', 'two_', 'two-', 'threex', 'three-']);
  });

  test('drops nothing where nothing was named', async () => {
    await keepAll(['a']);
    await cache.drop([]);
    await expect(kept(['a'])).resolves.toEqual(['a']);
  });
}
