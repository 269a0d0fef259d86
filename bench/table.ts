import { shown } from './chart.ts';
import type { Judged } from './result.ts';

/** The columns of a table of figures. */
export const columns = ['figure', 'value', 'baseline', 'ratio', 'bar', ''] as const;

function barOf({ bar, baseline }: Judged): string {
  if (bar === undefined) return '';
  return bar.of === 'ratio' ? `≤ ${shown(bar.atMost)} × ${baseline?.name ?? ''}` : `≤ ${shown(bar.atMost)}`;
}

/** A figure's cells, in the order of the columns. */
export function cellsOf(figure: Judged): readonly string[] {
  const { name, value, unit, baseline, ratio, passed } = figure;
  const withUnit = (number: number): string => `${shown(number)} ${unit}`.trim();
  const compared = baseline === undefined ? '' : `${withUnit(baseline.value)} (${baseline.name})`;
  const verdict = passed === undefined ? '' : { true: 'pass', false: 'MISSED' }[`${passed}`];
  return [name, withUnit(value), compared, ratio === undefined ? '' : `${shown(ratio)} ×`, barOf(figure), verdict];
}

/** The figures in columns of plain text. */
export function tableOf(figures: readonly Judged[]): string {
  const rows = [[...columns], ...figures.map((figure) => [...cellsOf(figure)])];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return lines.map((line) => `  ${line.trimEnd()}`).join('\n');
}
