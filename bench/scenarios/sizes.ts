import { request } from 'undici';
import { asUser, failed, latency, plainReads, reads, tokenOf } from '../calls.ts';
import { never } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Call, Outcome } from '../load/plan.ts';
import type { Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

interface Size {
  readonly name: string;
  readonly bytes: number;
}

interface Measured {
  readonly name: string;
  readonly direct: readonly Outcome[];
  readonly baseline: readonly Outcome[];
  readonly service: readonly Outcome[];
}

const sizes: readonly Size[] = [
  { name: '1 kB', bytes: 1000 },
  { name: '10 kB', bytes: 10_000 },
  { name: '100 kB', bytes: 100_000 },
  { name: '1 MB', bytes: 1_000_000 },
];

/** What an issue of the stand-in weighs without its description. */
const BARE_BYTES = 900;

/** Text like people's: no size of it shrinks to nothing when it is packed. */
function prose(bytes: number): string {
  const words = numbers(Math.ceil(bytes / 8)).map((number) =>
    (Math.imul(number + 1, 2_654_435_761) >>> 0).toString(36),
  );
  return words.join(' ').slice(0, bytes);
}

/** Creates issues of this size in GitLab itself. */
async function fill({ gitlab }: Stage, { name, bytes }: Size, count: number): Promise<void> {
  const body = JSON.stringify({ title: `Issue of ${name}`, description: prose(Math.max(bytes - BARE_BYTES, 1)) });
  const headers = { authorization: `Bearer ${tokenOf(1)}`, 'content-type': 'application/json' };
  await inTurn(numbers(count), async () => {
    const answer = await request(`${gitlab.apiUrl}/projects/team%2Fapp/issues`, { method: 'POST', headers, body });
    await answer.body.dump();
    if (answer.statusCode !== 201)
      throw new Error(`GitLab answers ${String(answer.statusCode)} to an issue of ${name}`);
  });
}

/** Reads issues of the sample until the code of all processes is compiled. */
async function warmUp({ load, baseline, urls }: Stage, rounds: number): Promise<void> {
  const calls = numbers(rounds).flatMap(() => reads(40, -41));
  await inTurn([[baseline.url], urls], async (targets) =>
    load.run({ targets, lanes: [{ headers: asUser(1), calls, atOnce: 4 }] }),
  );
}

async function measure(stage: Stage, size: Size, count: number): Promise<Measured> {
  await fill(stage, size, count);
  const { load, gitlab, baseline, urls } = stage;
  const first = sizes.indexOf(size) * count;
  const play = async (
    targets: readonly string[],
    headers: Readonly<Record<string, string>>,
    calls: readonly Call[],
  ): Promise<readonly Outcome[]> => load.run({ targets, lanes: [{ headers, calls, atOnce: 1 }] });
  return {
    name: size.name,
    direct: await play([gitlab.apiUrl], { authorization: `Bearer ${tokenOf(1)}` }, plainReads(count, first)),
    baseline: await play([baseline.url], asUser(1), reads(count, first)),
    service: await play(urls, asUser(1), reads(count, first)),
  };
}

function findings(measured: readonly Measured[]): Findings {
  const failures = measured.flatMap(({ service }) => failed(service));
  return {
    failures,
    figures: [
      ...measured.flatMap(({ name, direct, baseline, service }) => {
        const p50 = { name: `${name}: p50`, value: latency(service, 50), unit: 'ms' };
        return [
          { ...p50, baseline: { name: 'bare server', value: latency(baseline, 50) } },
          { ...p50, baseline: { name: 'GitLab directly', value: latency(direct, 50) } },
        ];
      }),
      never('failed calls', failures.length),
    ],
    chart: {
      title: 'One call after the other, p50 by size of the answer',
      unit: 'ms',
      series: ['GitLab directly', 'bare server', 'service'],
      rows: measured.map(({ name, direct, baseline, service }) => ({
        label: name,
        values: [direct, baseline, service].map((outcomes) => latency(outcomes, 50)),
      })),
    },
  };
}

/** What large answers cost. */
export const answerSizes: Scenario = {
  name: 'sizes',
  measures:
    'get_issue of issues whose JSON is 1 kB, 10 kB, 100 kB and 1 MB, by one caller, one call after the other; of GitLab directly, of the bare server, and of the service with MAX_ANSWER_BYTES raised to 2 MB so that all of it is shown. Every call reads another issue.',
  bar: 'no failed call',
  run: async (bench) => {
    const count = bench.size(60, 5);
    const stage = await bench.open({ env: { MAX_ANSWER_BYTES: '2000000' } });
    await warmUp(stage, bench.size(30, 1));
    return findings(await inTurn(sizes, async (size) => measure(stage, size, count)));
  },
};
