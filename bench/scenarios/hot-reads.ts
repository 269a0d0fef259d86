import type { JournalEntry } from '../../test/gitlab/journal.ts';
import { asUser, failed, reads, secondsOf } from '../calls.ts';
import { never } from '../figure.ts';
import type { Figure } from '../figure.ts';
import { inTurn, numbers } from '../in-turn.ts';
import type { Lane, Outcome } from '../load/plan.ts';
import type { Bench, Findings, Scenario } from '../scenario.ts';
import type { Stage } from '../stage.ts';

interface Crowd {
  readonly users: number;
  readonly issues: number;
  readonly times: number;
}

interface Way {
  readonly name: string;
  readonly headersOf: (user: number) => Lane['headers'];
  /** Most answers of GitLab's with a body. */
  readonly mostFull: number;
}

interface Measured extends Pick<Way, 'name' | 'mostFull'> {
  readonly calls: number;
  readonly failures: readonly Outcome[];
  readonly full: number;
  readonly unchanged: number;
  readonly requests: number;
  readonly seconds: number;
}

const GATE = 'a-gate-token-of-the-bench';
/** What a user has under way at once. */
const AT_ONCE = 4;

const ways: readonly Way[] = [
  {
    name: 'one shared token',
    headersOf: (user) => ({ 'x-mcp-auth-token': GATE, 'mcp-session-id': `session-${String(user)}` }),
    mostFull: 200,
  },
  { name: 'own tokens', headersOf: (user) => ({ 'x-mcp-auth-token': GATE, ...asUser(user) }), mostFull: 1000 },
];

async function measure({ gitlab, load, urls }: Stage, way: Way, { users, issues, times }: Crowd): Promise<Measured> {
  await gitlab.clearJournal();
  const calls = numbers(times).flatMap(() => reads(issues));
  const lanes = numbers(users).map((user) => ({ headers: way.headersOf(user), calls, atOnce: AT_ONCE }));
  const outcomes = await load.run({ targets: urls, lanes });
  const journal = await gitlab.journal();
  const answered = (wanted: number): number => journal.filter(({ status }: JournalEntry) => status === wanted).length;
  return {
    name: way.name,
    mostFull: way.mostFull,
    calls: outcomes.length,
    failures: failed(outcomes),
    full: answered(200),
    unchanged: answered(304),
    requests: journal.length,
    seconds: secondsOf(outcomes),
  };
}

function figuresOf({
  name,
  mostFull,
  calls,
  failures,
  full,
  unchanged,
  requests,
  seconds,
}: Measured): readonly Figure[] {
  const baseline = { name: 'calls', value: calls };
  return [
    {
      name: `${name}: full answers of GitLab`,
      value: full,
      unit: '',
      baseline,
      bar: { of: 'value', atMost: mostFull },
    },
    { name: `${name}: answers 304 without a body`, value: unchanged, unit: '', baseline },
    { name: `${name}: calls that shared a request`, value: calls - requests, unit: '', baseline },
    never(`${name}: failed calls`, failures.length),
    { name: `${name}: calls`, value: calls / seconds, unit: '/s' },
  ];
}

function findings(measured: readonly Measured[]): Findings {
  return {
    failures: measured.flatMap(({ failures }) => failures),
    figures: measured.flatMap((way) => figuresOf(way)),
    chart: {
      title: 'What the calls cost GitLab',
      unit: '',
      series: ['calls', 'shared', '304', 'full answers'],
      rows: measured.map(({ name, calls, requests, unchanged, full }) => ({
        label: name,
        values: [calls, calls - requests, unchanged, full],
      })),
    },
  };
}

const crowdOf = (bench: Bench): Crowd => ({ users: bench.size(50, 5), issues: 20, times: bench.size(40, 4) });

/** Many users who read the same few things. */
export const hotReads: Scenario = {
  name: 'hot-reads',
  measures:
    '50 users read the same 20 issues 40 times each (40,000 calls), four calls of each user at once: first under one shared token with a session each, then under 50 tokens of their own. The journal of the stand-in says how many answers came with a body (200), without one (304), and how many requests it never saw.',
  bar: 'at most 200 full answers under the shared token, 1,000 under own tokens; no failed call',
  run: async (bench) => {
    const crowd = crowdOf(bench);
    const env = { GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice', MCP_AUTH_TOKEN: GATE };
    const stage = await bench.open({ issues: crowd.issues, env });
    return findings(await inTurn(ways, async (way) => measure(stage, way, crowd)));
  },
};
