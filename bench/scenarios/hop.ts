import { asUser, failed, latency, plainReads, reads, tokenOf } from '../calls.ts';
import { never } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Lane, Outcome } from '../load/plan.ts';
import { median } from '../percentile.ts';
import type { Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { warmUp, warmUpCalls } from '../warm-up.ts';

interface Round {
  readonly direct: readonly Outcome[];
  readonly baseline: readonly Outcome[];
  readonly service: readonly Outcome[];
}

/** One round of each kind, one call after the other, each of another issue. */
async function playRound({ load, gitlab, baseline, urls }: Stage, first: number, calls: number): Promise<Round> {
  const play = async (targets: readonly string[], lane: Pick<Lane, 'headers' | 'calls'>): Promise<readonly Outcome[]> =>
    load.run({ targets, lanes: [{ ...lane, atOnce: 1 }] });
  const asTool = { headers: asUser(1), calls: reads(calls, first) };
  const asGet = { headers: { authorization: `Bearer ${tokenOf(1)}` }, calls: plainReads(calls, first) };
  return {
    direct: await play([gitlab.apiUrl], asGet),
    baseline: await play([baseline.url], asTool),
    service: await play(urls, asTool),
  };
}

const kinds = ['direct', 'baseline', 'service'] as const;

function findings([first, ...rounds]: readonly Round[]): Findings {
  if (first === undefined) throw new Error('no round was played');
  const failures = [first, ...rounds].flatMap(({ direct, baseline, service }) =>
    failed([...direct, ...baseline, ...service]),
  );
  const of = (kind: (typeof kinds)[number], percent: number): number =>
    median(rounds.map((round) => latency(round[kind], percent)));
  const beside = (name: string, kind: 'direct' | 'baseline', percent: number) => ({
    name,
    value: of('service', percent),
    unit: 'ms',
    baseline: { name: kind === 'direct' ? 'GitLab directly' : 'bare Express and SDK server', value: of(kind, percent) },
  });
  return {
    failures,
    figures: [
      { ...beside('p50 of a call', 'baseline', 50), bar: { of: 'ratio', atMost: 3 } },
      beside('p99 of a call', 'baseline', 99),
      beside('p50 of a call', 'direct', 50),
      beside('p99 of a call', 'direct', 99),
      {
        name: 'p50 of the first calls after the start',
        value: latency(first.service, 50),
        unit: 'ms',
        baseline: { name: 'bare Express and SDK server', value: latency(first.baseline, 50) },
      },
      never('failed calls', failures.length),
    ],
    chart: {
      title: 'One call after the other',
      unit: 'ms',
      series: ['p50', 'p99'],
      rows: kinds.map((kind) => ({ label: kind, values: [of(kind, 50), of(kind, 99)] })),
    },
  };
}

/** What the service adds to one call when nothing else is going on. */
export const hop: Scenario = {
  name: 'hop',
  measures:
    'get_issue by one caller, one call after the other, of the service, of a bare Express and MCP SDK server without a queue, and of GitLab directly; rounds of the three take turns, and the medians of the rounds are compared. Between the first round, which is shown apart, and the others 10,000 calls warm up the service and the bare server. Every call reads another issue, so that no cache helps.',
  bar: 'p50 at most 3 × that of the bare server',
  run: async (bench) => {
    const calls = bench.size(200, 25);
    const rounds = bench.size(9, 2);
    const warming = warmUpCalls(bench);
    const stage = await bench.open({ issues: calls * (rounds + 1) + warming });
    const first = await playRound(stage, 0, calls);
    await warmUp(stage, calls * (rounds + 1), warming);
    const played = await inTurn(numbers(rounds, 1), async (round) => playRound(stage, round * calls, calls));
    return findings([first, ...played]);
  },
};
