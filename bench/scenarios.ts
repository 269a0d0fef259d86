import { fairness } from './scenarios/fairness.ts';
import { faults } from './scenarios/faults.ts';
import { hop } from './scenarios/hop.ts';
import { hotReads } from './scenarios/hot-reads.ts';
import { kills } from './scenarios/kills.ts';
import { limits } from './scenarios/limits.ts';
import { memory } from './scenarios/memory.ts';
import { answerSizes } from './scenarios/sizes.ts';
import { throughput } from './scenarios/throughput.ts';
import type { Scenario } from './scenario.ts';

const all: readonly Scenario[] = [hop, throughput, limits, fairness, hotReads, faults, memory, answerSizes, kills];

/** Every scenario by its name, in the order in which they run. */
export const scenarios: ReadonlyMap<string, Scenario> = new Map(all.map((each) => [each.name, each]));
