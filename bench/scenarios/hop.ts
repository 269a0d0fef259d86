import { asUser, failed, latency, plainReads, reads, tokenOf } from '../calls.ts';
import { never } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Lane, Outcome } from '../load/plan.ts';
import { median } from '../percentile.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
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

/** All rounds with so many API processes and workers; the first one with processes that are new. */
interface Played {
  readonly replicas: number;
  readonly first: Round;
  readonly rounds: readonly Round[];
}

const medianOf = ({ rounds }: Played, kind: (typeof kinds)[number], percent: number): number =>
  median(rounds.map((round) => latency(round[kind], percent)));

function figuresOf(played: Played): readonly Figure[] {
  const { replicas, first } = played;
  const of = replicas === 1 ? 'one API, one worker' : `${String(replicas)} APIs in turn, ${String(replicas)} workers`;
  const beside = (percent: number, kind: 'direct' | 'baseline') => ({
    name: `${of}: p${String(percent)} of a call`,
    value: medianOf(played, 'service', percent),
    unit: 'ms',
    baseline: { name: kind === 'direct' ? 'GitLab directly' : 'bare server', value: medianOf(played, kind, percent) },
  });
  return [
    { ...beside(50, 'baseline'), bar: { of: 'ratio', atMost: 3 } },
    beside(99, 'baseline'),
    beside(50, 'direct'),
    beside(99, 'direct'),
    {
      name: `${of}: p50 of the first calls after the start`,
      value: latency(first.service, 50),
      unit: 'ms',
      baseline: { name: 'bare server', value: latency(first.baseline, 50) },
    },
  ];
}

function findings(all: readonly Played[]): Findings {
  const failures = all
    .flatMap(({ first, rounds }) => [first, ...rounds])
    .flatMap(({ direct, baseline, service }) => failed([...direct, ...baseline, ...service]));
  return {
    failures,
    figures: [...all.flatMap((played) => figuresOf(played)), never('failed calls', failures.length)],
    chart: {
      title: 'One call after the other',
      unit: 'ms',
      series: ['p50', 'p99'],
      rows: all.flatMap((played) =>
        kinds.map((kind) => ({
          label: `${kind}, ${String(played.replicas)} + ${String(played.replicas)}`,
          values: [medianOf(played, kind, 50), medianOf(played, kind, 99)],
        })),
      ),
    },
  };
}

async function playAll(bench: Bench, replicas: number): Promise<Played> {
  const calls = bench.size(200, 25);
  const warming = warmUpCalls(bench);
  const roundsAfter = bench.size(9, 2);
  const stage = await bench.open({ replicas, issues: calls * (roundsAfter + 1) + warming });
  const first = await playRound(stage, 0, calls);
  await warmUp(stage, calls * (roundsAfter + 1), warming);
  const rounds = await inTurn(numbers(roundsAfter, 1), async (round) => playRound(stage, round * calls, calls));
  await stage.stop();
  return { replicas, first, rounds };
}

/** What the service adds to one call when nothing else is going on. */
export const hop: Scenario = {
  name: 'hop',
  measures:
    'get_issue by one caller, one call after the other, of the service, of a bare Express and MCP SDK server without a queue, and of GitLab directly; rounds of the three take turns, and the medians of the rounds are compared. Between the first round, which is shown apart, and the others 10,000 calls warm up the service and the bare server. Every call reads another issue, so that no cache helps. The service is first one API and one worker, as the bare server is one process, and then two of each, of which every call meets the two that have waited.',
  bar: 'p50 at most 3 × that of the bare server, in both arrangements',
  run: async (bench) => findings(await inTurn([1, 2], async (replicas) => playAll(bench, replicas))),
};
