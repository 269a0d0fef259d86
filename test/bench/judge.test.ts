import { describe, expect, test } from 'vitest';
import { count, never } from '../../bench/figure.ts';
import { judge } from '../../bench/judge.ts';
import { cellsOf, tableOf } from '../../bench/table.ts';

const hop = { name: 'p50', value: 6, unit: 'ms', baseline: { name: 'bare server', value: 2 } };

describe('a figure', () => {
  test.each([
    { name: 'at the bar of its ratio', figure: { ...hop, bar: { of: 'ratio', atMost: 3 } }, passed: true },
    { name: 'over the bar of its ratio', figure: { ...hop, bar: { of: 'ratio', atMost: 2.9 } }, passed: false },
    { name: 'under the bar of its value', figure: { ...hop, bar: { of: 'value', atMost: 7 } }, passed: true },
    { name: 'over the bar of its value', figure: { ...hop, bar: { of: 'value', atMost: 5 } }, passed: false },
    { name: 'that happened although it never may', figure: never('failed calls', 1), passed: false },
    { name: 'that never happened', figure: never('failed calls', 0), passed: true },
    { name: 'that is no number', figure: never('failed calls', Number.NaN), passed: false },
    {
      name: 'with a bar of a ratio but no baseline',
      figure: { ...count('p50', 1), bar: { of: 'ratio', atMost: 3 } },
      passed: false,
    },
  ] as const)('$name: passed is $passed', ({ figure, passed }) => {
    expect(judge(figure).passed).toBe(passed);
  });

  test('without a bar neither passes nor fails', () => {
    expect(judge(hop)).toEqual({ ...hop, ratio: 3 });
  });

  test('is judged before it is rounded', () => {
    const figure = judge({ name: 'CPU', value: 4.000_01, unit: 's', bar: { of: 'value', atMost: 4 } });

    expect(figure).toMatchObject({ value: 4, passed: false });
  });

  test('is shown with unit, baseline, ratio and verdict', () => {
    expect(cellsOf(judge({ ...hop, bar: { of: 'ratio', atMost: 2 } }))).toEqual([
      'p50',
      '6 ms',
      '2 ms (bare server)',
      '3 ×',
      '≤ 2 × bare server',
      'MISSED',
    ]);
  });

  test('stands in line with the others of its table', () => {
    const lines = tableOf([judge(hop), judge(never('failed calls', 0))]).split('\n');

    expect(lines[0]?.indexOf('value')).toBe(lines[1]?.indexOf('6 ms'));
    expect(lines[2]).toMatch(/^ {2}failed calls +0 +≤ 0 +pass$/u);
  });
});
