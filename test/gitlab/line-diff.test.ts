import { expect, test } from 'vitest';
import { unifiedDiff } from './repository/line-diff.ts';

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, index) => `${String(from + index)}\n`).join('');

test.each([
  ['nothing changed', 'a\nb\n', 'a\nb\n', ''],
  ['a new file', '', 'a\n', '@@ -0,0 +1 @@\n+a\n'],
  ['a deleted file', 'a\nb\n', '', '@@ -1,2 +0,0 @@\n-a\n-b\n'],
  ['a changed line', lines(1, 9), lines(1, 9).replace('5', 'x'), '@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n'],
  ['an added line', 'a\nc\n', 'a\nb\nc\n', '@@ -1,2 +1,3 @@\n a\n+b\n c\n'],
  ['moved lines', 'a\nb\nc\n', 'c\na\nb\n', '@@ -1,3 +1,3 @@\n+c\n a\n b\n-c\n'],
])('%s', (_, before, after, diff) => {
  expect(unifiedDiff(before, after)).toBe(diff);
});

test('changes far apart are hunks of their own', () => {
  const after = lines(1, 30).replace('3\n', 'x\n').replace('28\n', 'y\n');
  const headers = unifiedDiff(lines(1, 30), after).match(/^@@.*$/gmu);
  expect(headers).toEqual(['@@ -1,6 +1,6 @@', '@@ -25,6 +25,6 @@']);
});
