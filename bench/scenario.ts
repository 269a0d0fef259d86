import type { Chart } from './chart.ts';
import type { Figure } from './figure.ts';
import type { Outcome } from './load/plan.ts';
import type { Stage, StageOptions } from './stage.ts';

/** What a scenario found. */
export interface Findings {
  readonly figures: readonly Figure[];
  readonly chart: Chart;
  /** Calls that failed where none should: some of their words are printed. */
  readonly failures: readonly Outcome[];
}

/** What a scenario works with. */
export interface Bench {
  /** The full size of something, or the size of a quick run. */
  readonly size: (full: number, quick: number) => number;
  /** Starts the service and all that belongs to it; the bench ends it. */
  readonly open: (options?: StageOptions) => Promise<Stage>;
}

/** One question that the bench answers. */
export interface Scenario {
  readonly name: string;
  /** What is measured, and how: one paragraph of docs/PERFORMANCE.md. */
  readonly measures: string;
  /** What must hold, in words. */
  readonly bar: string;
  readonly run: (bench: Bench) => Promise<Findings>;
}
