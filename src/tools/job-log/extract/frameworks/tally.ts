import { sum } from './framework.ts';
import type { Counts } from './framework.ts';

/** The words of test frameworks for what became of a test. */
const meanings: Readonly<Record<string, string>> = {
  passed: 'passed',
  xpassed: 'passed',
  failed: 'failed',
  error: 'failed',
  errors: 'failed',
  skipped: 'skipped',
  todo: 'skipped',
  pending: 'skipped',
  xfailed: 'skipped',
  ignored: 'skipped',
};

/** Counts of a sentence such as "1 failed, 2 skipped, 5 passed". */
export function tally(sentence: string): Counts {
  return [...sentence.matchAll(/(\d+) ([a-z]+)/gu)].reduce<Counts>((counts, [, count, word = '']) => {
    const meaning = meanings[word];
    return meaning === undefined ? counts : sum(counts, { [meaning]: Number(count) });
  }, {});
}

/** The groups of a match as numbers, a missing one as 0. */
export function numbersOf(match: RegExpExecArray | null): readonly number[] | undefined {
  return match?.slice(1).map((group: string | undefined) => Number(group ?? 0));
}
