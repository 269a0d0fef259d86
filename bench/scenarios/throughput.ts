import { deal, failed, rateOf, reads } from '../calls.ts';
import { never } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { inTurn } from '../in-turn.ts';
import { cpuSecondsOf } from '../process-stat.ts';
import type { Outcome } from '../load/plan.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { warmUp, warmUpCalls } from '../warm-up.ts';

interface Cell {
  readonly callers: number;
  readonly gitlabMs: number;
  readonly calls: number;
}

interface Measured extends Cell {
  readonly perSecond: number;
  readonly baselinePerSecond: number;
  /** CPU seconds for 1,000 calls. */
  readonly cpu: ReturnType<Stage['cpu']>;
  readonly baselineCpu: number;
  readonly failures: readonly Outcome[];
}

const cellsOf = (bench: Bench): readonly Cell[] => [
  { callers: 1, gitlabMs: 0, calls: bench.size(1000, 20) },
  { callers: 16, gitlabMs: 0, calls: bench.size(2000, 64) },
  { callers: 64, gitlabMs: 0, calls: bench.size(4000, 128) },
  { callers: 1, gitlabMs: 30, calls: bench.size(200, 20) },
  { callers: 16, gitlabMs: 30, calls: bench.size(2000, 64) },
  { callers: 64, gitlabMs: 30, calls: bench.size(4000, 128) },
];

async function measure({ gitlab, load, urls, baseline, cpu }: Stage, cell: Cell): Promise<Measured> {
  await gitlab.clearFaults();
  if (cell.gitlabMs > 0) await gitlab.fault({ fault: { kind: 'slow', ms: cell.gitlabMs } });
  const lanes = deal(reads(cell.calls), cell.callers);
  const baselineBefore = cpuSecondsOf(baseline.pid);
  const beside = await load.run({ targets: [baseline.url], lanes });
  const baselineUsed = cpuSecondsOf(baseline.pid) - baselineBefore;
  const before = cpu();
  const outcomes = await load.run({ targets: urls, lanes });
  const after = cpu();
  const thousands = outcomes.length / 1000;
  return {
    ...cell,
    perSecond: rateOf(outcomes),
    baselinePerSecond: rateOf(beside),
    cpu: {
      api: (after.api - before.api) / thousands,
      worker: (after.worker - before.worker) / thousands,
      redis: (after.redis - before.redis) / thousands,
    },
    baselineCpu: baselineUsed / thousands,
    failures: failed(outcomes),
  };
}

const nameOf = ({ callers, gitlabMs }: Cell): string =>
  `${String(callers)} ${callers === 1 ? 'caller' : 'callers'}, GitLab ${String(gitlabMs)} ms`;

const baselineOf = (value: number) => ({ name: 'bare server', value });

function figuresOf(cell: Measured): readonly Figure[] {
  const { cpu, perSecond, baselinePerSecond, baselineCpu } = cell;
  const name = nameOf(cell);
  const cpuFigure = { name: `${name}: CPU s per 1,000 calls`, unit: 's', baseline: baselineOf(baselineCpu) };
  return [
    { name: `${name}: calls`, value: perSecond, unit: '/s', baseline: baselineOf(baselinePerSecond) },
    { ...cpuFigure, value: cpu.api + cpu.worker + cpu.redis, bar: { of: 'value', atMost: 4 } },
    ...(['api', 'worker', 'redis'] as const).map((role) => ({ name: `… of ${role}`, value: cpu[role], unit: 's' })),
  ];
}

function findings(cells: readonly Measured[]): Findings {
  const failures = cells.flatMap((cell) => cell.failures);
  return {
    failures,
    figures: [...cells.flatMap((cell) => figuresOf(cell)), never('failed calls', failures.length)],
    chart: {
      title: 'CPU for 1,000 calls',
      unit: 's',
      series: ['bare server', 'api', 'worker', 'redis'],
      rows: cells.map((cell) => ({
        label: nameOf(cell),
        values: [cell.baselineCpu, cell.cpu.api, cell.cpu.worker, cell.cpu.redis],
      })),
    },
  };
}

/** How many calls a second, and what they cost. */
export const throughput: Scenario = {
  name: 'throughput',
  measures:
    'get_issue by 1, 16 and 64 callers, each with a token of its own and one call under way, while GitLab answers at once or after 30 ms; calls per second, and CPU seconds (user and system, of /proc) of both API processes, both workers and Redis for 1,000 calls. The load generator and the stand-in GitLab are not counted but share the cores. Every call of a cell reads another issue. Before the first cell 10,000 calls warm up the service and the bare server.',
  bar: 'at most 4 CPU seconds for 1,000 calls over all processes, in every cell',
  run: async (bench) => {
    const cells = cellsOf(bench);
    const most = Math.max(...cells.map(({ calls }) => calls));
    const warming = warmUpCalls(bench);
    const stage = await bench.open({ issues: most + warming });
    await warmUp(stage, most, warming);
    return findings(await inTurn(cells, async (cell) => measure(stage, cell)));
  },
};
