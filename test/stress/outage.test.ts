import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pooled } from '../support/pooled.ts';
import type { Service } from '../support/service.ts';
import { startTcpSwitch } from '../support/tcp-switch.ts';
import type { TcpSwitch } from '../support/tcp-switch.ts';
import { counted, medianMs, slowestMs, startLoad, timedCall } from '../support/timed-call.ts';
import type { Outcome, Wanted } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const READS = 1000;
const SHORT_MS = 3000;
const LONG_MS = 18_000;
const CALL_TIMEOUT_MS = 12_000;

/** No two reads alike, so that each is a request of its own. */
const nthRead = (nth: number, user = nth % 25): Wanted => ({
  name: 'list_issues',
  args: { project_id: 'team/app', page: nth + 1 },
  user,
});

describe.skipIf(!hasRedis)('GitLab', () => {
  let stage: Stage;
  let door: TcpSwitch;
  let api: Service;

  beforeEach(async () => {
    stage = await setStage(8);
    door = await startTcpSwitch(Number(new URL(stage.gitlab.url).port));
  });

  afterEach(async () => {
    await stage.stop();
    await door.close();
  });

  async function start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const through = { GITLAB_API_URL: `http://127.0.0.1:${String(door.port)}/api/v4`, ...env };
    [api] = await Promise.all([
      stage.start('api', through),
      stage.start('worker', through),
      stage.start('worker', through),
    ]);
  }

  const refusing = { fall: async () => door.refuse(), rise: async () => door.accept() };
  const failing = {
    fall: async () => stage.gitlab.fault({ fault: { kind: 'htmlBefore' } }),
    rise: async () => stage.gitlab.clearFaults(),
  };
  const outages = [
    ['refuses connections', refusing],
    ['answers 502', failing],
  ] as const;

  test(`that fails one request in twenty with 502 or 503: none of ${String(READS)} reads fails`, async () => {
    await start();
    await stage.gitlab.fault({ probability: 0.025, seed: 5, fault: { kind: 'htmlBefore' } });
    await stage.gitlab.fault({ probability: 0.025, seed: 6, fault: { kind: 'status', status: 503 } });
    const jobs = Array.from({ length: READS }, (_, nth) => async () => timedCall(api.url, nthRead(nth)));
    const outcomes = await pooled(jobs, 20);
    const failed = (await stage.gitlab.journal()).filter(({ fault }) => fault !== null);

    expect(counted(outcomes)).toEqual({ OK: READS });
    expect(failed.length).toBeGreaterThan(READS / 40);
  });

  test.each(outages)(`that %s for ${String(SHORT_MS)} ms: no read fails`, async (_, { fall, rise }) => {
    await start();
    const load = startLoad({
      callers: 10,
      pauseMs: 100,
      call: async (nth, user) => timedCall(api.url, nthRead(nth, user)),
    });
    await sleep(1000);
    await fall();
    await sleep(SHORT_MS);
    await rise();
    await sleep(2000);
    const outcomes = await load.stop();

    expect(counted(outcomes)).toEqual({ OK: outcomes.length });
    expect(outcomes.filter(({ tookMs }) => tookMs > SHORT_MS / 2).length).toBeGreaterThan(0);
  });

  test.each(outages)(
    'that %s for long is left alone after a while, and asked again when it is back',
    async (_, { fall, rise }) => {
      await start({ CALL_TIMEOUT_MS: String(CALL_TIMEOUT_MS) });
      const load = startLoad({
        callers: 5,
        pauseMs: 200,
        call: async (nth, user) => timedCall(api.url, nthRead(nth, user)),
      });
      await sleep(1000);
      await fall();
      const fellAt = Date.now();
      await sleep(LONG_MS);
      const asked = (await stage.gitlab.journal()).filter(
        ({ at, status }) => at > fellAt + LONG_MS / 2 && status !== 200,
      );
      await rise();
      const roseAt = Date.now();
      await sleep(8000);
      const outcomes = await load.stop();

      expect(slowestMs(outcomes)).toBeLessThan(CALL_TIMEOUT_MS + 2000);
      const late = outcomes.filter(({ begunAt }) => begunAt > fellAt + LONG_MS / 2 && begunAt < roseAt - 500);
      const refused = late.filter(({ code }) => code === 'GITLAB_UNAVAILABLE');
      expect(refused.length).toBeGreaterThan(20);
      expect(refused.length).toBeGreaterThan(late.length * 0.8);
      expect(medianMs(refused)).toBeLessThan(300);
      expect(refused.filter(({ text }) => !/call again in \d+ s/u.test(text))).toEqual([]);
      // Without a breaker it would be asked about five times for each call.
      expect(asked.length).toBeLessThan(late.length);
      expect(failuresAfter(outcomes, roseAt + 6000)).toEqual([]);
    },
  );

  test('that is silent: its reads end in time, their place is free again, others are answered meanwhile', async () => {
    await start({ GITLAB_TIMEOUT_MS: '1500', CALL_TIMEOUT_MS: '20000', WORKER_READ_CONCURRENCY: '1' });
    await stage.gitlab.fault({ match: { path: '/merge_requests' }, fault: { kind: 'silence' } });
    const silent = timedCall(api.url, { name: 'list_merge_requests', args: { project_id: 'team/app' }, user: 1 });
    const load = startLoad({ callers: 1, pauseMs: 200, call: async (nth) => timedCall(api.url, nthRead(nth, 2)) });
    const ended = await silent;
    const meanwhile = await load.stop();
    await stage.gitlab.clearFaults();
    await stage.gitlab.clearJournal();
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 1000 } });
    const both = await Promise.all([2000, 2001].map(async (nth) => timedCall(api.url, nthRead(nth, 2))));
    const [first, second] = (await stage.gitlab.journal()).map(({ at }) => at);

    expect(ended).toMatchObject({ code: 'GITLAB_TIMEOUT' });
    expect(ended.tookMs).toBeLessThan(20_000);
    expect(counted(meanwhile)).toEqual({ OK: meanwhile.length });
    expect(meanwhile.length).toBeGreaterThan(10);
    expect(slowestMs(meanwhile)).toBeLessThan(1500);
    // Two workers with one place each: both must be free.
    expect(counted(both)).toEqual({ OK: 2 });
    expect((second ?? Infinity) - (first ?? 0)).toBeLessThan(1000);
  });
});

function failuresAfter(outcomes: readonly Outcome[], time: number): readonly Outcome[] {
  return outcomes.filter(({ begunAt, code }) => begunAt > time && code !== 'OK');
}
