import { setTimeout as sleep } from 'node:timers/promises';
import { spawnGitLab } from '../test/gitlab/spawn.ts';
import type { RemoteGitLab } from '../test/gitlab/spawn.ts';
import { spawnRedis } from '../test/support/redis-server.ts';
import { startService } from '../test/support/service.ts';
import type { Role, Service } from '../test/support/service.ts';
import { spawnBaseline } from './baseline.ts';
import type { Baseline } from './baseline.ts';
import { numbers } from './in-turn.ts';
import { spawnLoad } from './load/spawn.ts';
import type { Load } from './load/spawn.ts';
import { cpuSecondsOf, residentMegabytesOf } from './process-stat.ts';

export interface StageOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Issues to be there besides the sample's 45: their iids follow. */
  readonly issues?: number;
  /** So many API processes, and so many workers. */
  readonly replicas?: number;
}

/** One figure for each kind of process of the service. */
type PerRole = Readonly<Record<'api' | 'worker' | 'redis', number>>;

/** API processes and workers (two of each by default) on a Redis, a stand-in GitLab, the baseline server and load generators. */
export interface Stage {
  readonly gitlab: RemoteGitLab;
  readonly baseline: Baseline;
  /** Where the APIs listen. */
  readonly urls: readonly string[];
  /** One of two, so that one caller's load does not delay another's clock. */
  readonly load: Load;
  readonly otherLoad: Load;
  /** CPU seconds used so far, over all processes of a kind. */
  readonly cpu: () => PerRole;
  /** Megabytes held now. */
  readonly memory: () => PerRole;
  /** Kills a random worker and starts another in its place. */
  readonly replaceWorker: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

const READY_MS = 10_000;

/** What is in the way of a load test that has few callers: the most calls of one caller in a minute. */
const LOAD_ENV = { MAX_CALLS_PER_MINUTE_PER_CALLER: '1000000', MCP_LOG_LEVEL: 'info' };

/** GitLab shows its limit in every answer, and the service keeps to it: 2,000 in a minute would be all that is measured. */
const WIDE_LIMIT = { per: 'token', requests: 1_000_000, windowMs: 60_000 } as const;

/** Waits until the API takes calls. */
async function ready(url: string): Promise<void> {
  const until = performance.now() + READY_MS;
  // oxlint-disable-next-line no-await-in-loop -- asked again and again
  while ((await fetch(`${url}/ready`)).status !== 200) {
    if (performance.now() > until) throw new Error('the API does not become ready');
    await sleep(20); // oxlint-disable-line no-await-in-loop -- see above
  }
}

function pidOf({ child }: Pick<Service, 'child'>): number {
  if (child.pid === undefined) throw new Error('a process of the service has no id');
  return child.pid;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** Starts it all. */
export async function openStage({ env = {}, issues = 0, replicas = 2 }: StageOptions): Promise<Stage> {
  const [redis, gitlab] = await Promise.all([spawnRedis(), spawnGitLab()]);
  const start = async (role: Role): Promise<Service> =>
    startService(role, { ...LOAD_ENV, GITLAB_API_URL: gitlab.apiUrl, REDIS_URL: redis.url, ...env });
  const baseline = await spawnBaseline(gitlab.apiUrl);
  const apis = await Promise.all(numbers(replicas).map(async () => start('api')));
  let workers = await Promise.all(numbers(replicas).map(async () => start('worker')));
  const loads = [spawnLoad(), spawnLoad()] as const;
  await Promise.all(apis.map(async ({ url }) => ready(url)));
  await gitlab.limit(WIDE_LIMIT);
  if (issues > 0) await gitlab.createIssues('team/app', issues);
  const perRole = (measure: (pid: number) => number): PerRole => ({
    api: sum(apis.map((each) => measure(pidOf(each)))),
    worker: sum(workers.map((each) => measure(pidOf(each)))),
    redis: redis.child?.pid === undefined ? 0 : measure(redis.child.pid),
  });
  return {
    gitlab,
    baseline,
    urls: apis.map(({ url }) => url),
    load: loads[0],
    otherLoad: loads[1],
    cpu: () => perRole(cpuSecondsOf),
    memory: () => perRole(residentMegabytesOf),
    replaceWorker: async () => {
      const victim = workers[Math.floor(Math.random() * workers.length)];
      victim?.child.kill('SIGKILL');
      const next = await start('worker');
      workers = [...workers.filter((each) => each !== victim), next];
    },
    stop: async () => {
      const services = [...apis, ...workers];
      for (const { child } of services) child.kill('SIGKILL');
      await Promise.all(services.map(async ({ ended }) => ended));
      await Promise.all([...loads, baseline, gitlab, redis].map(async (each) => each.stop()));
    },
  };
}
