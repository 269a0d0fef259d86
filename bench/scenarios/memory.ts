import { deal, failed, reads } from '../calls.ts';
import { never } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Outcome } from '../load/plan.ts';
import type { Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

const CALLERS = 32;
const ROUNDS = 10;
/** Rounds until caches are full and code is compiled. */
const WARM_UP = 2;

/**
 * The heap that V8 grants itself in a container of 1 GB, the small size of ecs/ (524 MB, read in such a cgroup). On a large
 * machine it lets garbage lie until four gigabytes are full: that is no leak, and would be all that is measured.
 */
const SMALL_CONTAINER = { NODE_OPTIONS: '--max-old-space-size=512' };

interface Round {
  readonly memory: ReturnType<Stage['memory']>;
  readonly failures: readonly Outcome[];
}

async function playRound({ load, urls, memory }: Stage, first: number, count: number): Promise<Round> {
  const outcomes = await load.run({ targets: urls, lanes: deal(reads(count, first), CALLERS) });
  return { memory: memory(), failures: failed(outcomes) };
}

const after = (calls: number): string => `after ${calls.toLocaleString('en-US')} calls`;

const roles = ['api', 'worker', 'redis'] as const;

function findings(rounds: readonly Round[], count: number): Findings {
  const warm = rounds[WARM_UP - 1];
  const last = rounds.at(-1);
  if (warm === undefined || last === undefined) throw new Error('no round was played');
  const failures = rounds.flatMap((round) => round.failures);
  return {
    failures,
    figures: [
      ...roles.map((role) => ({
        name: `${role}: memory ${after(rounds.length * count)}`,
        value: last.memory[role],
        unit: 'MB',
        baseline: { name: after(WARM_UP * count), value: warm.memory[role] },
        // What Redis gains is the cache of answers, which has a bound of its own (READ_CACHE_BYTES).
        ...(role !== 'redis' && { bar: { of: 'ratio', atMost: 1.3 } as const }),
      })),
      never('failed calls', failures.length),
    ],
    chart: {
      title: 'Memory (resident) of both APIs, both workers and Redis',
      unit: 'MB',
      series: roles,
      rows: rounds.map(({ memory }, index) => ({
        label: after((index + 1) * count),
        values: roles.map((role) => memory[role]),
      })),
    },
  };
}

/** Whether anything is kept that should not be. */
export const memory: Scenario = {
  name: 'memory',
  measures:
    'Ten rounds of 1,000 reads by 32 callers, each of another issue; after each round the resident memory (/proc) of both API processes, of both workers and of Redis. APIs and workers have the heap that V8 grants itself in a container of 1 GB (`--max-old-space-size=512`), the small size of `ecs/`.',
  bar: 'both APIs together, and both workers together, hold after 10,000 calls at most 1.3 × what they held after the first 2,000',
  run: async (bench) => {
    const count = bench.size(1000, 64);
    const stage = await bench.open({ issues: ROUNDS * count, env: SMALL_CONTAINER });
    const rounds = await inTurn(numbers(ROUNDS), async (round) => playRound(stage, round * count, count));
    return findings(rounds, count);
  },
};
