import type { Figure } from './figure.ts';
import type { Judged } from './result.ts';

const DIGITS = 4;
const rounded = (value: number): number => Number(value.toPrecision(DIGITS));

/** A figure with its ratio, and whether it keeps its bar. What was not measured keeps none. */
export function judge({ baseline, bar, ...figure }: Figure): Judged {
  const ratio = baseline === undefined ? undefined : figure.value / baseline.value;
  const judged = bar?.of === 'ratio' ? ratio : figure.value;
  return {
    ...figure,
    value: rounded(figure.value),
    ...(baseline !== undefined && { baseline: { ...baseline, value: rounded(baseline.value) } }),
    ...(ratio !== undefined && { ratio: rounded(ratio) }),
    ...(bar !== undefined && { bar, passed: judged !== undefined && judged <= bar.atMost }),
  };
}
