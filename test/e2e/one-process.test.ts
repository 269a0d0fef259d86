import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { counted, timedCall } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const CALLS = 60;

describe.skipIf(!hasRedis)('one process of both roles on Redis', () => {
  let stage: Stage;
  let redis: Redis;

  beforeAll(async () => {
    stage = await setStage(15);
    redis = new Redis(stage.redisUrl);
  });

  afterAll(async () => {
    redis.disconnect();
    await stage.stop();
  });

  const queued = async (): Promise<number> => redis.zcard('{gitlab}:gitlab-read:prioritized');

  /** The connections of this test's database on which commands are sent. */
  async function commandConnections(): Promise<readonly string[]> {
    const all = String(await redis.client('LIST')).split('\n');
    const ours = all.filter((line) => line.includes(' name=gitlab-commands ') && line.includes(' db=15 '));
    return ours.map((line) => /^id=(\d+) /u.exec(line)?.[1] ?? '');
  }

  test('loses no call when its connections to Redis break under way', async () => {
    const places = { WORKER_READ_CONCURRENCY: '2', CALL_TIMEOUT_MS: '8000' };
    const { url } = await stage.start('all', places);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 100, upToMs: 100 } });
    const calls = Array.from({ length: CALLS }, async (_, nth) =>
      timedCall(url, { name: 'list_issues', args: { project_id: 'team/app', page: nth + 1 }, user: nth }),
    );
    // The API has handed over all of them, and has nothing more to say.
    await expect
      .poll(async () => (await stage.gitlab.journal()).length + (await queued()), { interval: 20 })
      .toBe(CALLS);
    await sleep(50);
    for (const id of await commandConnections()) await redis.client('KILL', 'ID', id); // oxlint-disable-line no-await-in-loop -- two at most
    const left = await queued();
    const outcomes = await Promise.all(calls);

    expect(left).toBeGreaterThan(10);
    expect(counted(outcomes)).toEqual({ OK: CALLS });
  });
});
