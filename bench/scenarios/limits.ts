import { asUser, failed, reads, secondsOf } from '../calls.ts';
import { count, never } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Outcome } from '../load/plan.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

interface Cell {
  readonly name: string;
  readonly requests: number;
  readonly windowMs: number;
}

interface Crowd {
  readonly users: number;
  readonly calls: number;
}

interface Measured extends Cell {
  readonly failures: readonly Outcome[];
  readonly early: number;
  readonly throttled: number;
  readonly seconds: number;
  readonly idealSeconds: number;
}

const cells: readonly Cell[] = [
  { name: '10 per second', requests: 10, windowMs: 1000 },
  { name: '3 per second', requests: 3, windowMs: 1000 },
  { name: '25 per 15 s', requests: 25, windowMs: 15_000 },
];

/** From the first call until the window opens that has room for the last one. Windows begin at whole multiples of their length. */
function idealSecondsOf({ requests, windowMs }: Cell, { calls }: Crowd, begunAt: number): number {
  const window = Math.floor(begunAt / windowMs) + Math.ceil(calls / requests) - 1;
  return Math.max(0, window * windowMs - begunAt) / 1000;
}

/** New users for each cell: nothing is known of their tokens. */
async function measure({ gitlab, load, urls }: Stage, cell: Cell, crowd: Crowd): Promise<Measured> {
  const { requests, windowMs } = cell;
  await gitlab.clearLimits();
  await gitlab.clearJournal();
  await gitlab.limit({ per: 'token', requests, windowMs });
  const first = cells.indexOf(cell) * crowd.users;
  const lanes = numbers(crowd.users, first).map((user) => ({
    headers: asUser(user),
    calls: reads(crowd.calls),
    atOnce: crowd.calls,
  }));
  const begunAt = Date.now();
  const outcomes = await load.run({ targets: urls, lanes });
  const { early, throttled } = await gitlab.metrics();
  return {
    ...cell,
    failures: failed(outcomes),
    early,
    throttled,
    seconds: secondsOf(outcomes),
    idealSeconds: idealSecondsOf(cell, crowd, begunAt),
  };
}

function figuresOf({ name, failures, early, throttled, seconds, idealSeconds }: Measured): readonly Figure[] {
  return [
    never(`${name}: failed calls`, failures.length),
    never(`${name}: requests before Retry-After had ended`, early),
    count(`${name}: 429s seen`, throttled),
    {
      name: `${name}: time for all`,
      value: seconds,
      unit: 's',
      baseline: { name: 'the limit allows', value: idealSeconds },
    },
  ];
}

function findings(measured: readonly Measured[]): Findings {
  return {
    failures: measured.flatMap(({ failures }) => failures),
    figures: measured.flatMap((cell) => figuresOf(cell)),
    chart: {
      title: 'Time for all calls of 20 users',
      unit: 's',
      series: ['the limit allows', 'service'],
      rows: measured.map(({ name, idealSeconds, seconds }) => ({ label: name, values: [idealSeconds, seconds] })),
    },
  };
}

const crowdOf = (bench: Bench): Crowd => ({ users: bench.size(20, 3), calls: bench.size(50, 30) });

/** Users whose tokens may do less than they ask for. */
export const limits: Scenario = {
  name: 'limits',
  measures:
    '20 users with tokens of their own make 50 calls each, all at once, while GitLab allows each token 10 requests in a second, 3 in a second, or 25 in 15 s, and answers more with 429 and Retry-After. The journal of the stand-in says how many requests came before a Retry-After had ended.',
  bar: 'no failed call, and no request before Retry-After has ended, in any of the three',
  run: async (bench) => {
    const crowd = crowdOf(bench);
    const stage = await bench.open({ issues: crowd.calls });
    return findings(await inTurn(cells, async (cell) => measure(stage, cell, crowd)));
  },
};
