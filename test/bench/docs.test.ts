import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { svgOf } from '../../bench/chart.ts';
import { withResults } from '../../bench/docs.ts';
import { readResults } from '../../bench/result.ts';
import { scenarios } from '../../bench/scenarios.ts';

const PAGE = 'docs/PERFORMANCE.md';
const FOLDER = 'bench/results';
const order = [...scenarios.keys()];
const hasResults = existsSync(FOLDER);

describe.runIf(hasResults)('the page of the results', () => {
  test('says what the JSON files say', async () => {
    const page = await readFile(PAGE, 'utf8');

    expect(await withResults(page, await readResults(FOLDER), order)).toBe(page);
  });

  test('shows charts that are made of the JSON files, and no quick runs', async () => {
    const results = [...(await readResults(FOLDER)).values()];
    const charts = await Promise.all(
      results.map(async ({ scenario }) => readFile(`${FOLDER}/${scenario}.svg`, 'utf8')),
    );

    expect(charts).toEqual(results.map(({ chart }) => svgOf(chart)));
    expect(results.filter(({ isQuick }) => isQuick)).toEqual([]);
  });
});

test('the scenarios have names that are files, and words', () => {
  for (const { name, measures, bar } of scenarios.values()) {
    expect(existsSync(`bench/scenarios/${name}.ts`)).toBe(true);
    expect(measures).toMatch(/\.$/u);
    expect(bar).not.toBe('');
  }
});

test('a page without the marks is refused', async () => {
  await expect(withResults('# Performance\n', new Map(), order)).rejects.toThrow(/bench/u);
});
