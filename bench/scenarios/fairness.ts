import { asUser, failed, latency, reads, secondsOf, tokenOf } from '../calls.ts';
import { count, never } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Lane, Outcome } from '../load/plan.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { warmUp, warmUpCalls } from '../warm-up.ts';

interface Sizes {
  readonly rounds: number;
  readonly heavyCalls: number;
  readonly lightCalls: number;
}

/** One round: the light user alone, then next to the heavy one. */
interface Round {
  readonly alone: readonly Outcome[];
  /** Only what the light user asked while calls of the heavy one were open. */
  readonly beside: readonly Outcome[];
  readonly heavy: readonly Outcome[];
}

const GITLAB_MS = 100;
const LIGHT_PAUSE_MS = 50;

interface Users {
  readonly light: Lane['headers'];
  readonly heavy: Lane['headers'];
}

/** The light user reads issues of its own, alone others than beside. */
async function playRound(
  { load, otherLoad, urls }: Stage,
  { heavyCalls, lightCalls }: Sizes,
  users: Users,
): Promise<Round> {
  const light = async (first: number): Promise<readonly Outcome[]> => {
    const calls = reads(lightCalls, first);
    const lane = { headers: users.light, calls, atOnce: 1, pauseMs: LIGHT_PAUSE_MS };
    return load.run({ targets: urls, lanes: [lane] });
  };
  const heavyLane = { headers: users.heavy, calls: reads(heavyCalls, 2 * lightCalls), atOnce: heavyCalls };
  const alone = await light(0);
  const heavyRun = otherLoad.run({ targets: urls, lanes: [heavyLane] });
  const [beside, heavy] = await Promise.all([light(lightCalls), heavyRun]);
  const from = Math.min(...heavy.map(({ begunAt }) => begunAt));
  const until = Math.max(...heavy.map(({ begunAt, ms }) => begunAt + ms));
  return { alone, beside: beside.filter(({ begunAt }) => begunAt >= from && begunAt <= until), heavy };
}

interface Compared {
  readonly name: string;
  readonly alone: readonly Outcome[];
  readonly beside: readonly Outcome[];
  readonly heavy: readonly (readonly Outcome[])[];
}

async function compare(
  stage: Stage,
  sizes: Sizes,
  { name, ...users }: Users & { readonly name: string },
): Promise<Compared> {
  const rounds = await inTurn(numbers(sizes.rounds), async () => playRound(stage, sizes, users));
  return {
    name,
    alone: rounds.flatMap(({ alone }) => alone),
    beside: rounds.flatMap(({ beside }) => beside),
    heavy: rounds.map(({ heavy }) => heavy),
  };
}

function figuresOf({ name, alone, beside, heavy }: Compared, isBound: boolean): readonly Figure[] {
  const lost = failed([...heavy.flat(), ...beside]).length;
  const percentile = (percent: number) => ({
    name: `${name}: light user's p${String(percent)} (${String(beside.length)} calls)`,
    value: latency(beside, percent),
    unit: 'ms',
    baseline: { name: 'alone', value: latency(alone, percent) },
  });
  const seconds = heavy.map((each) => secondsOf(each));
  return [
    percentile(50),
    { ...percentile(99), ...(isBound && { bar: { of: 'ratio', atMost: 3 } as const }) },
    (isBound ? never : count)(`${name}: failed calls of both`, lost),
    { name: `${name}: heavy user's time for all`, value: Math.max(...seconds), unit: 's' },
  ];
}

function findings(own: Compared, shared: Compared): Findings {
  return {
    failures: [own, shared].flatMap(({ beside, heavy }) => failed([...beside, ...heavy.flat()])),
    figures: [...figuresOf(own, true), ...figuresOf(shared, false)],
    chart: {
      title: 'Light user next to a user of 2,000 calls',
      unit: 'ms',
      series: ['alone', 'next to the heavy user'],
      rows: [own, shared].flatMap(({ name, alone, beside }) =>
        [50, 99].map((percent) => ({
          label: `${name}, p${String(percent)}`,
          values: [latency(alone, percent), latency(beside, percent)],
        })),
      ),
    },
  };
}

const sizesOf = (bench: Bench): Sizes => ({
  rounds: bench.size(4, 1),
  heavyCalls: bench.size(2000, 200),
  lightCalls: bench.size(40, 10),
});

/** Without a token of its own: the server lends the shared one. */
const asSession = (session: string): Lane['headers'] => ({ 'mcp-session-id': session });

/** Whether a user of many calls makes others wait. */
export const fairness: Scenario = {
  name: 'fairness',
  measures:
    'A light user makes one call after the other with pauses of 50 ms, alone and next to a heavy user who makes 2,000 calls at once; rounds take turns. GitLab answers after 100 ms, and each worker reads 16 at once, so that 32 calls of the heavy user run while the others wait. First with two tokens, after 10,000 calls that warm up the service, then under the shared token with two MCP session ids (no bar).',
  bar: "light user's p99 at most 3 × its p99 alone, and no failed call of either",
  run: async (bench) => {
    const sizes = sizesOf(bench);
    const issues = sizes.heavyCalls + 2 * sizes.lightCalls;
    const env = { WORKER_READ_CONCURRENCY: '16', GITLAB_PERSONAL_ACCESS_TOKEN: tokenOf(3) };
    const warming = warmUpCalls(bench);
    const stage = await bench.open({ issues: issues + warming, env });
    await warmUp(stage, issues, warming);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: GITLAB_MS } });
    const own = await compare(stage, sizes, { name: 'own tokens', light: asUser(1), heavy: asUser(2) });
    const shared = await compare(
      stage,
      { ...sizes, rounds: 1 },
      { name: 'shared token', light: asSession('light'), heavy: asSession('heavy') },
    );
    return findings(own, shared);
  },
};
