import { describe, expect, test } from 'vitest';
import { shown, svgOf } from '../../bench/chart.ts';

const chart = {
  title: 'Calls & "more" <b>',
  unit: 'ms',
  series: ['bare', 'service'],
  rows: [
    { label: '1 caller', values: [5, 10] },
    { label: 'nothing', values: [0, 0] },
  ],
};

describe('a chart', () => {
  test('has a bar for each value, as long as its share of the largest', () => {
    const lengths = [
      ...svgOf(chart).matchAll(/ width="(?<width>[\d.]+)" height="11" rx="2" \/><text[^>]*>[\d,.]+ ms/gu),
    ];

    expect(lengths.map(({ groups }) => Number(groups?.['width']))).toEqual([230, 460, 0, 0]);
  });

  test('is well-formed whatever its words are', () => {
    const svg = svgOf(chart);

    expect(svg).toContain('>Calls &amp; "more" &lt;b> (ms)</text>');
    expect(svg).toContain('aria-label="Calls &amp; &quot;more&quot; &lt;b> (ms)"');
  });

  test('has colours for light and for dark pages', () => {
    expect(svgOf(chart)).toMatch(/prefers-color-scheme: dark/u);
  });
});

test.each([
  { value: 0, words: '0' },
  { value: 40_000, words: '40,000' },
  { value: 3.456_7, words: '3.46' },
  { value: 0.001_234, words: '0.00123' },
  { value: 1234.56, words: '1,235' },
])('$value is shown as $words', ({ value, words }) => {
  expect(shown(value)).toBe(words);
});
