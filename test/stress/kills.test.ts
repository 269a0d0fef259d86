import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createRandom } from '../gitlab/faults.ts';
import { pooled } from '../support/pooled.ts';
import type { Service } from '../support/service.ts';
import { counted, timedCall } from '../support/timed-call.ts';
import type { Outcome, Wanted } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';
import { belied, nameOf, postsOf, repeated } from './writes.ts';

const CALLS = 2000;
const CLIENTS = 20;
const WORKERS = 3;
const KILL_EVERY_MS = 2000;
const SEED = 20_261_122;

/** Seven reads, two issues and a label; every written name is there once. */
function nthCall(nth: number): Wanted {
  const user = nth % CLIENTS;
  const name = `Write ${String(nth)}`;
  const about = { project_id: 'team/app' };
  if (nth % 10 === 9) return { name: 'create_label', args: { ...about, name, color: '#AA0000' }, user };
  if (nth % 10 >= 7) return { name: 'create_issue', args: { ...about, title: name }, user };
  return { name: 'list_issues', args: { ...about, page: nth + 1 }, user };
}

describe.skipIf(!hasRedis)('while a random worker is killed every two seconds', () => {
  let stage: Stage;
  let apis: readonly Service[];
  let workers: Service[];

  beforeEach(async () => {
    stage = await setStage(10);
    apis = await Promise.all([stage.start('api'), stage.start('api')]);
    workers = await Promise.all(Array.from({ length: WORKERS }, async () => stage.start('worker')));
  });

  afterEach(async () => stage.stop());

  /** Kills and replaces workers until it is stopped; says how many. */
  async function killWorkers(signal: AbortSignal): Promise<number> {
    const random = createRandom(SEED);
    let kills = 0;
    // oxlint-disable-next-line no-await-in-loop -- one death after the other
    while (await sleep(KILL_EVERY_MS, true, { signal }).catch(() => false)) {
      const place = Math.floor(random() * WORKERS);
      workers[place]?.child.kill('SIGKILL');
      workers[place] = await stage.start('worker'); // oxlint-disable-line no-await-in-loop -- see above
      kills += 1;
    }
    return kills;
  }

  test(`${String(CALLS)} calls of ${String(CLIENTS)} clients are all answered, and no write happens twice`, async () => {
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 30, upToMs: 150 }, seed: SEED });
    const done = new AbortController();
    const killing = killWorkers(done.signal);
    const jobs = Array.from({ length: CALLS }, (_, nth) => async () => timedCall(urlOf(nth), nthCall(nth)));
    const outcomes = await pooled(jobs, CLIENTS);
    done.abort();
    const kills = await killing;
    const journal = await stage.gitlab.journal();
    const unknown = outcomes.filter(({ code }) => code === 'OUTCOME_UNKNOWN');

    expect(outcomes).toHaveLength(CALLS);
    expect(outcomes.filter(({ code }) => code !== 'OK' && code !== 'OUTCOME_UNKNOWN')).toEqual([]);
    expect(unknown.filter(isRead)).toEqual([]);
    expect(repeated(postsOf(journal).map(nameOf))).toEqual([]);
    expect(belied(outcomes, journal)).toEqual([]);
    expect(kills).toBeGreaterThan(3);
    expect(counted(outcomes)['OK']).toBeGreaterThan(CALLS * 0.9);
  }, 180_000);

  const urlOf = (nth: number): string => apis[nth % apis.length]?.url ?? '';
});

const isRead = ({ name }: Outcome): boolean => name === 'list_issues';
