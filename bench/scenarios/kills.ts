import { setTimeout as sleep } from 'node:timers/promises';
import { collect, deal, failed, latency, reads, secondsOf, writes } from '../calls.ts';
import { count, never } from '../figure.ts';
import { numbers } from '../in-turn.ts';
import type { Call, Outcome } from '../load/plan.ts';
import type { Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';
import { lookUp } from '../writes.ts';
import type { Written } from '../writes.ts';

const USERS = 64;
const EVERY_MS = 2000;
const GITLAB_MS = 200;
/** One call in so many writes. */
const WRITE_EVERY = 5;

interface Measured {
  readonly reads: readonly Outcome[];
  readonly writes: readonly Outcome[];
  readonly written: Written;
  readonly kills: number;
}

/** Kills until the calls are over; counts. */
async function killWhile(stage: Stage, running: Promise<unknown>): Promise<number> {
  let kills = 0;
  const over = new AbortController();
  const ended = running.finally(() => {
    over.abort();
  });
  // oxlint-disable-next-line no-await-in-loop -- one at a time
  while (await isTime(over.signal)) {
    await stage.replaceWorker(); // oxlint-disable-line no-await-in-loop -- see above
    kills += 1;
  }
  await ended;
  return kills;
}

const isTime = async (signal: AbortSignal): Promise<boolean> => sleep(EVERY_MS, true, { signal }).catch(() => false);

async function measure(stage: Stage, total: number): Promise<Measured> {
  const titles = numbers(total / WRITE_EVERY).map((number) => `Written once ${String(number)}`);
  const write = writes(titles);
  const isWrite = (index: number): boolean => index % WRITE_EVERY === 0;
  const calls = reads(total).map((read, index): Call => (isWrite(index) ? (write[index / WRITE_EVERY] ?? read) : read));
  const running = stage.load.run({ targets: stage.urls, lanes: deal(calls, USERS) });
  const kills = await killWhile(stage, running);
  const byCall = collect(await running, USERS);
  const outcomes = numbers(total).map((index) => ({ index, outcome: byCall.get(index) }));
  const of = (wanted: boolean): readonly Outcome[] =>
    outcomes.flatMap(({ index, outcome }) => (isWrite(index) === wanted ? (outcome ?? []) : []));
  const titled = titles.map((title, index) => ({ title, outcome: byCall.get(index * WRITE_EVERY) }));
  return { reads: of(false), writes: of(true), written: await lookUp(stage, titled), kills };
}

const withCode = (outcomes: readonly Outcome[], wanted: string): number =>
  outcomes.filter(({ code }) => code === wanted).length;

function findings({ reads: read, writes: wrote, written, kills }: Measured): Findings {
  const good = { reads: withCode(read, 'OK'), writes: withCode(wrote, 'OK') };
  const all = [...read, ...wrote];
  return {
    failures: failed(all),
    figures: [
      count('workers killed', kills),
      never('calls without any answer', withCode(all, 'LOST')),
      never(`failed of ${String(read.length)} reads`, read.length - good.reads),
      never('writes that happened twice', written.duplicates),
      never('writes answered as done that are missing', written.missing),
      count('writes answered OUTCOME_UNKNOWN', written.unknown),
      never('writes that failed otherwise', wrote.length - good.writes - written.unknown),
      { name: 'slowest call', value: latency(all, 100) / 1000, unit: 's' },
      { name: 'time for all', value: secondsOf(all), unit: 's' },
    ],
    chart: {
      title: 'How long calls took while workers were killed',
      unit: 's',
      series: ['p50', 'p99', 'slowest'],
      rows: [
        { label: 'reads', outcomes: read },
        { label: 'writes', outcomes: wrote },
      ].map(({ label, outcomes }) => ({
        label,
        values: [50, 99, 100].map((percent) => latency(outcomes, percent) / 1000),
      })),
    },
  };
}

/** Workers that die in the middle of their calls. */
export const kills: Scenario = {
  name: 'kills',
  measures:
    '64 users make 2,000 calls, every fifth a write, to a GitLab that answers after 200 ms, while every 2 s a random one of the two workers is killed (SIGKILL) and replaced. The state of the stand-in says which writes happened.',
  bar: 'every call answered, no failed read, no write twice',
  run: async (bench) => {
    const total = bench.size(2000, 500);
    const stage = await bench.open({ issues: total });
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: GITLAB_MS } });
    return findings(await measure(stage, total));
  },
};
