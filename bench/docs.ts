import { format } from 'prettier';
import type { Judged, Result } from './result.ts';
import { cellsOf, columns } from './table.ts';

const BEGIN = '<!-- bench: written by npm run bench -->';
const END = '<!-- /bench -->';

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function figuresOf(figures: readonly Judged[]): readonly string[] {
  return [row(columns), row(columns.map(() => '---')), ...figures.map((figure) => row(cellsOf(figure)))];
}

function sectionOf({ scenario, measures, bar, figures, chart, machine, date, seconds }: Result): string {
  const { cores, cpu, node, redis, commit } = machine;
  return [
    `### ${scenario}`,
    measures,
    `Bar: ${bar}.`,
    figuresOf(figures).join('\n'),
    `![${chart.title}](../bench/results/${scenario}.svg)`,
    `${date.slice(0, 10)}, commit ${commit}, ${String(cores)} cores (${cpu}), Node ${node}, Redis ${redis}, ${String(Math.round(seconds))} s.`,
  ].join('\n\n');
}

/** The page with the results between its two marks; `order` names the scenarios. */
export async function withResults(
  page: string,
  results: ReadonlyMap<string, Result>,
  order: readonly string[],
): Promise<string> {
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const found = order.flatMap((name) => results.get(name) ?? []).map((result) => sectionOf(result));
  const text = [before.trimEnd(), BEGIN, ...found, END, after.trimStart()].join('\n\n');
  return format(text, { singleQuote: true, printWidth: 120, parser: 'markdown' });
}
