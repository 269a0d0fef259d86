import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultRule } from '../../test/gitlab/faults.ts';
import { collect, deal, failed, latency, reads, writes } from '../calls.ts';
import { count, never } from '../figure.ts';
import { numbers } from '../in-turn.ts';
import type { Call, Outcome } from '../load/plan.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { lookUp } from '../writes.ts';
import type { Written } from '../writes.ts';

const USERS = 20;
const OUTAGE_MS = 3000;
const AFTER_MS = 500;
const PAUSE_MS = 150;

/** Two kinds of fault that together strike 5 % of these requests. */
const fivePercent = (method: string, faults: readonly [FaultRule['fault'], FaultRule['fault']]): readonly FaultRule[] =>
  faults.map((fault, index) => ({ match: { method }, probability: 0.025, seed: index + 7, fault }));

async function under(stage: Stage, rules: readonly FaultRule[], calls: readonly Call[]): Promise<readonly Outcome[]> {
  await Promise.all(rules.map(async (rule) => stage.gitlab.fault(rule)));
  const outcomes = await stage.load.run({ targets: stage.urls, lanes: deal(calls, USERS) });
  await stage.gitlab.clearFaults();
  return outcomes;
}

const readFaults = fivePercent('GET', [
  { kind: 'htmlBefore' },
  { kind: 'status', status: 503, body: { message: '503 Service Unavailable' } },
]);
const writeFaults = fivePercent('POST', [{ kind: 'htmlAfter' }, { kind: 'resetAfter' }]);

/** GitLab's proxy says 502 to everything for three seconds, in the middle of the reads. */
async function throughOutage({ gitlab, load, urls }: Stage, calls: readonly Call[]): Promise<readonly Outcome[]> {
  const running = load.run({ targets: urls, lanes: deal(calls, USERS, PAUSE_MS) });
  await sleep(AFTER_MS);
  await gitlab.fault({ fault: { kind: 'htmlBefore' } });
  await sleep(OUTAGE_MS);
  await gitlab.clearFaults();
  return running;
}

async function writeAll(
  stage: Stage,
  total: number,
): Promise<{ readonly written: Written; readonly failures: number }> {
  const titles = numbers(total).map((number) => `Written once ${String(number)}`);
  const outcomes = await under(stage, writeFaults, writes(titles));
  const byCall = collect(outcomes, USERS);
  const titled = titles.map((title, index) => ({ title, outcome: byCall.get(index) }));
  const failures = failed(outcomes).filter(({ code }) => code !== 'OUTCOME_UNKNOWN').length;
  return { written: await lookUp(stage, titled), failures };
}

interface Measured {
  readonly calm: readonly Outcome[];
  readonly stormy: readonly Outcome[];
  readonly struck: number;
  readonly outage: readonly Outcome[];
  readonly written: Written;
  readonly writeFailures: number;
}

function findings({ calm, stormy, struck, outage, written, writeFailures }: Measured): Findings {
  return {
    failures: failed([...stormy, ...outage]),
    figures: [
      never(`failed of ${String(stormy.length)} reads at 5 % 502/503`, failed(stormy).length),
      count('requests of these that were struck', struck),
      {
        name: 'p99 of these reads',
        value: latency(stormy, 99),
        unit: 'ms',
        baseline: { name: 'without faults', value: latency(calm, 99) },
      },
      never(`failed of ${String(outage.length)} reads through 3 s of 502`, failed(outage).length),
      never('writes that happened twice', written.duplicates),
      never('writes answered as done that are missing', written.missing),
      count('writes whose answer was lost', written.lost),
      never('of these answered neither OUTCOME_UNKNOWN nor as done', written.unsaid),
      count('writes answered OUTCOME_UNKNOWN', written.unknown),
      never('writes that failed otherwise', writeFailures),
    ],
    chart: {
      title: 'What a fault costs the reads',
      unit: 'ms',
      series: ['p50', 'p99', 'slowest'],
      rows: [
        { label: 'without faults', values: [50, 99, 100].map((percent) => latency(calm, percent)) },
        { label: '5 % 502/503', values: [50, 99, 100].map((percent) => latency(stormy, percent)) },
        { label: '3 s of 502', values: [50, 99, 100].map((percent) => latency(outage, percent)) },
      ],
    },
  };
}

async function measure(stage: Stage, bench: Bench): Promise<Measured> {
  const total = bench.size(1000, 100);
  const calm = await under(stage, [], reads(total));
  await stage.gitlab.clearJournal();
  const stormy = await under(stage, readFaults, reads(total, total));
  const struck = (await stage.gitlab.journal()).filter(({ fault }) => fault !== null).length;
  const outage = await throughOutage(stage, reads(bench.size(600, 200), 2 * total));
  await stage.gitlab.clearJournal();
  const { written, failures } = await writeAll(stage, bench.size(500, 100));
  return { calm, stormy, struck, outage, written, writeFailures: failures };
}

/** A GitLab that fails now and then, or for some seconds. */
export const faults: Scenario = {
  name: 'faults',
  measures:
    '20 users make 1,000 reads while 5 % of all requests are answered 502 or 503, 600 reads of which most meet three seconds of nothing but 502, and 500 writes of which 5 % are applied and then answered 502 or with a broken connection. The state and the journal of the stand-in say what was written, and how often.',
  bar: 'no failed read, no write twice, and every lost answer to a write said to be unknown or found done',
  run: async (bench) => findings(await measure(await bench.open({ issues: bench.size(2600, 400) }), bench)),
};
