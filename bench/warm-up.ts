import { deal, reads } from './calls.ts';
import type { Bench } from './scenario.ts';
import type { Stage } from './stage.ts';

const CALLERS = 64;

/** So many calls until V8 has compiled what it will: each of two processes gets half of them. */
export const warmUpCalls = (bench: Bench): number => bench.size(10_000, 64);

/** Calls that are not measured, of the service and of the bare server alike, of issues from `first` on. */
export async function warmUp({ load, urls, baseline }: Stage, first: number, calls: number): Promise<void> {
  const lanes = deal(reads(calls, first), CALLERS);
  await load.run({ targets: [baseline.url], lanes });
  await load.run({ targets: urls, lanes });
}
