import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { spawnRedis } from '../support/redis-server.ts';
import type { RedisServer } from '../support/redis-server.ts';
import { startTcpSwitch } from '../support/tcp-switch.ts';
import { medianMs, slowestMs, startLoad, timedCall } from '../support/timed-call.ts';
import type { Outcome, Wanted } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';
import { belied, nameOf, postsOf, repeated } from './writes.ts';

const CALL_TIMEOUT_MS = 8000;
/** After this a call that still waits is stuck. */
const PATIENCE_MS = CALL_TIMEOUT_MS + 2000;
const GAP_MS = 2000;
/** From a death to the moment when the API's connection has noticed it. */
const NOTICE_MS = 100;
/** From a new Redis to the moment when everything works again. */
const RECOVERY_MS = 4000;

/** A write in three; no two calls alike. */
function nthCall(nth: number, user: number): Wanted {
  const about = { project_id: 'team/app' };
  if (nth % 3 === 0) return { name: 'create_issue', args: { ...about, title: `Write ${String(nth)}` }, user };
  return { name: 'list_issues', args: { ...about, page: nth + 1 }, user };
}

const between = (outcomes: readonly Outcome[], from: number, to: number): readonly Outcome[] =>
  outcomes.filter(({ begunAt }) => begunAt > from && begunAt < to);

describe.skipIf(!hasRedis)('under load', () => {
  let stage: Stage;
  let ended: (() => Promise<void>)[];

  beforeEach(async () => {
    stage = await setStage(11);
    ended = [];
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 20, upToMs: 80 } });
  });

  afterEach(async () => {
    await stage.stop();
    for (const end of ended) await end(); // oxlint-disable-line no-await-in-loop -- each stands on the one before
  });

  /** An API, two workers and ten callers on the Redis at this port. */
  async function startCalls(port: number): Promise<ReturnType<typeof startLoad>> {
    const env = { REDIS_URL: `redis://127.0.0.1:${String(port)}`, CALL_TIMEOUT_MS: String(CALL_TIMEOUT_MS) };
    const [api] = await Promise.all([stage.start('api', env), stage.start('worker', env), stage.start('worker', env)]);
    return startLoad({ callers: 10, pauseMs: 50, call: async (nth, user) => timedCall(api.url, nthCall(nth, user)) });
  }

  /** Both roles in one process, with more calls than it has places for. */
  async function startCrowd(port: number): Promise<ReturnType<typeof startLoad>> {
    const places = { WORKER_READ_CONCURRENCY: '2', WORKER_WRITE_CONCURRENCY: '1' };
    const address = { REDIS_URL: `redis://127.0.0.1:${String(port)}`, CALL_TIMEOUT_MS: String(CALL_TIMEOUT_MS) };
    const { url } = await stage.start('all', { ...address, ...places });
    return startLoad({ callers: 30, pauseMs: 0, call: async (nth, user) => timedCall(url, nthCall(nth, user)) });
  }

  async function redisOf(port?: number, folder?: string): Promise<RedisServer> {
    const redis = await spawnRedis(port, folder);
    ended.unshift(async () => redis.stop());
    return redis;
  }

  /** What holds whatever has happened to Redis. */
  async function expectHonest(outcomes: readonly Outcome[]): Promise<void> {
    const journal = await stage.gitlab.journal();
    expect(slowestMs(outcomes)).toBeLessThan(PATIENCE_MS);
    expect(repeated(postsOf(journal).map(nameOf))).toEqual([]);
    expect(belied(outcomes, journal)).toEqual([]);
  }

  test.each([
    ['with its append-only file', true],
    ['empty', false],
  ])('a Redis that is killed and comes back %s: the gap fails at once, then all is well', async (_, isKept) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'redis-kept-'));
    ended.unshift(async () => rm(folder, { recursive: true }));
    const redis = await redisOf(undefined, isKept ? folder : undefined);
    const load = await startCalls(redis.port);
    await sleep(2000);
    const killedAt = Date.now();
    await redis.stop();
    await sleep(GAP_MS);
    const backAt = Date.now();
    await redisOf(redis.port, isKept ? folder : undefined);
    await sleep(RECOVERY_MS + 3000);
    const outcomes = await load.stop();
    const gap = between(outcomes, killedAt + NOTICE_MS, backAt);
    const after = between(outcomes, backAt + RECOVERY_MS, Infinity);

    expect(gap.length).toBeGreaterThan(10);
    expect(new Set(gap.map(({ code }) => code))).toEqual(new Set(['QUEUE_UNAVAILABLE']));
    expect(medianMs(gap)).toBeLessThan(100);
    expect(slowestMs(gap)).toBeLessThan(1500);
    expect(after.length).toBeGreaterThan(50);
    expect(new Set(after.map(({ code }) => code))).toEqual(new Set(['OK']));
    await expectHonest(outcomes);
  });

  test('a Redis that is killed under one process of both roles comes back to a process that works', async () => {
    const redis = await redisOf();
    const load = await startCrowd(redis.port);
    await sleep(2000);
    await redis.stop();
    await sleep(GAP_MS);
    const backAt = Date.now();
    await redisOf(redis.port);
    // All callers wait for answers that the empty Redis knows nothing of, until their deadlines.
    await sleep(PATIENCE_MS + 3000);
    const outcomes = await load.stop();
    const after = between(outcomes, backAt + PATIENCE_MS, Infinity);

    expect(after.length).toBeGreaterThan(50);
    expect(new Set(after.map(({ code }) => code))).toEqual(new Set(['OK']));
    await expectHonest(outcomes);
  });

  test('a primary is demoted behind open connections: first answers within seconds, no call is stuck', async () => {
    const [first, second] = [await redisOf(), await redisOf()];
    const [old, next] = [new Redis(first.url), new Redis(second.url)];
    ended.unshift(async () => {
      old.disconnect();
      next.disconnect();
    });
    await next.replicaof('127.0.0.1', first.port);
    await expect.poll(async () => next.info('replication'), { timeout: 15_000 }).toMatch(/master_link_status:up/u);
    const door = await startTcpSwitch(first.port);
    ended.unshift(async () => door.close());
    const load = await startCalls(door.port);
    await sleep(2000);
    const demotedAt = Date.now();
    await next.replicaof('NO', 'ONE');
    await old.replicaof('127.0.0.1', second.port);
    door.pointTo(second.port);
    await sleep(RECOVERY_MS + 3000);
    const outcomes = await load.stop();
    const refusals = await old.info('errorstats');
    const answer = between(outcomes, demotedAt + NOTICE_MS, Infinity).find(({ code }) => code === 'OK');
    const after = between(outcomes, demotedAt + RECOVERY_MS, Infinity);

    expect(refusals).toMatch(/errorstat_READONLY:count=[1-9]/u);
    expect((answer?.begunAt ?? Infinity) + (answer?.tookMs ?? 0) - demotedAt).toBeLessThan(RECOVERY_MS);
    expect(after.length).toBeGreaterThan(50);
    expect(new Set(after.map(({ code }) => code))).toEqual(new Set(['OK']));
    await expectHonest(outcomes);
  });
});

describe.skipIf(!hasRedis)('an API that is killed', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage(11);
  });

  afterEach(async () => stage.stop());

  test('takes its waiting calls with it: of 50 none reaches GitLab', async () => {
    const [dying, other] = await Promise.all([
      stage.start('api'),
      stage.start('api'),
      stage.start('worker', { WORKER_READ_CONCURRENCY: '1' }),
    ]);
    // Longer than an API without a sign of life counts as alive (15 s), so that their turn comes after that.
    await stage.gitlab.fault({ times: 1, fault: { kind: 'slow', ms: 18_000 } });
    const running = timedCall(other.url, { name: 'list_projects', args: {}, user: 99 });
    await expect.poll(async () => (await stage.gitlab.journal()).length).toBe(1);
    const waiting = Array.from({ length: 50 }, async (_, nth) =>
      timedCall(dying.url, { name: 'list_issues', args: { project_id: 'team/app', page: nth + 1 }, user: nth }).catch(
        () => 'gone',
      ),
    );
    const queue = new Redis(stage.redisUrl);
    await expect.poll(async () => queue.zcard('{gitlab}:gitlab-read:prioritized')).toBe(50);
    dying.child.kill('SIGKILL');
    const gone = await Promise.all(waiting);
    const ran = await running;
    const next = await timedCall(other.url, { name: 'list_projects', args: { page: 2 }, user: 99 });
    await expect.poll(async () => queue.zcard('{gitlab}:gitlab-read:prioritized')).toBe(0);
    queue.disconnect();

    expect(new Set(gone)).toEqual(new Set(['gone']));
    expect([ran.code, next.code]).toEqual(['OK', 'OK']);
    expect((await stage.gitlab.journal()).filter(({ path: asked }) => asked.endsWith('/issues'))).toEqual([]);
  });
});
