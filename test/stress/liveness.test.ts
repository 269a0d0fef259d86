import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { counted, slowestMs, timedCall } from '../support/timed-call.ts';
import type { Wanted } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';
import { postsOf } from './writes.ts';

const BLOCKED_MS = 12_000;
const OUTSTANDING = 50;

const write: Wanted = { name: 'create_issue', args: { project_id: 'team/app', title: 'Once' }, user: 999 };
const nthRead = (nth: number): Wanted => ({
  name: 'list_issues',
  args: { project_id: 'team/app', page: nth + 1 },
  user: nth,
});

describe.skipIf(!hasRedis)('liveness', () => {
  let stage: Stage;

  beforeEach(async () => {
    stage = await setStage(12);
  });

  afterEach(async () => stage.stop());

  const requests = async (pattern: RegExp): Promise<number> =>
    (await stage.gitlab.journal()).filter(({ method, path }) => pattern.test(`${method} ${path}`)).length;

  test('a worker whose event loop is blocked: its write happens once, its read is answered by another', async () => {
    const [api, blocked] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 1000 } });
    await stage.gitlab.fault({ match: { path: '/issues', method: 'GET' }, times: 1, fault: { kind: 'silence' } });
    const [writing, reading] = [timedCall(api.url, write), timedCall(api.url, nthRead(0))];
    await expect.poll(async () => requests(/issues$/u), { timeout: 10_000 }).toBe(2);
    const stoppedAt = Date.now();
    blocked.child.kill('SIGSTOP');
    await stage.start('worker');
    const read = await reading;
    await sleep(Math.max(0, stoppedAt + BLOCKED_MS - Date.now()));
    blocked.child.kill('SIGCONT');
    const written = await writing;

    expect(read.code).toBe('OK');
    expect(read.tookMs).toBeLessThan(20_000);
    expect(written.tookMs).toBeLessThan(50_000);
    expect(['OK', 'OUTCOME_UNKNOWN']).toContain(written.code);
    expect(postsOf(await stage.gitlab.journal())).toHaveLength(1);
    expect(await requests(/^GET .*issues$/u)).toBe(2);
  });

  test('a worker that is blocked longer than its lock lasts: its write is answered once, and happens once', async () => {
    const [api, blocked] = await Promise.all([stage.start('api'), stage.start('worker')]);
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 1000 } });
    const writing = timedCall(api.url, write);
    await expect.poll(async () => requests(/^POST/u), { timeout: 10_000 }).toBe(1);
    blocked.child.kill('SIGSTOP');
    await stage.start('worker');
    const written = await writing;
    blocked.child.kill('SIGCONT');
    const next = await timedCall(api.url, { ...write, args: { ...write.args, title: 'Next' } });

    expect(written).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      text: expect.stringContaining('Check with list_issues.'),
    });
    expect(written.tookMs).toBeLessThan(50_000);
    expect(next.code).toBe('OK');
    expect(postsOf(await stage.gitlab.journal())).toHaveLength(2);
  }, 90_000);

  test.each([
    ['only worker is killed', { others: 0, timeoutMs: 25_000 }],
    ['worker is killed shortly before its deadline', { others: 1, timeoutMs: 9000 }],
  ])('a write whose %s has an unknown outcome: it was started', async (_, { others, timeoutMs }) => {
    const env = { CALL_TIMEOUT_MS: String(timeoutMs) };
    const [api, worker] = await Promise.all([stage.start('api', env), stage.start('worker')]);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 60_000 } });
    const writing = timedCall(api.url, write);
    await expect.poll(async () => requests(/^POST/u), { timeout: 10_000 }).toBe(1);
    await Promise.all(Array.from({ length: others }, async () => stage.start('worker')));
    worker.child.kill('SIGKILL');
    const written = await writing;

    expect(written).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(written.tookMs).toBeLessThan(timeoutMs + 3000);
    expect(postsOf(await stage.gitlab.journal())).toHaveLength(1);
  });

  test('without a worker calls hear so within seconds, then at once, and the first worker is used at once', async () => {
    const [api, worker] = await Promise.all([stage.start('api'), stage.start('worker')]);
    const before = await timedCall(api.url, nthRead(0));
    worker.child.kill('SIGKILL');
    await worker.ended;
    const first = await Promise.all([1, 2, 3].map(async (nth) => timedCall(api.url, nthRead(nth))));
    const second = await timedCall(api.url, write);
    await stage.start('worker');
    const back = await timedCall(api.url, nthRead(4));

    expect(before.code).toBe('OK');
    expect(counted(first)).toEqual({ NO_WORKERS: 3 });
    expect(slowestMs(first)).toBeLessThan(8000);
    expect(second.code).toBe('NO_WORKERS');
    expect(second.tookMs).toBeLessThan(200);
    expect(back.code).toBe('OK');
    expect(back.tookMs).toBeLessThan(1500);
    // What was answered NO_WORKERS does not run when a worker is there again.
    expect(await requests(/issues$/u)).toBe(2);
  });

  test(`with ${String(OUTSTANDING)} calls under way the next one hears BUSY at once, and none of them is lost`, async () => {
    const env = { MAX_OUTSTANDING: String(OUTSTANDING) };
    const [api, other] = await Promise.all([stage.start('api', env), stage.start('api', env), stage.start('worker')]);
    await stage.gitlab.fault({ fault: { kind: 'slow', ms: 6000 } });
    const under = Array.from({ length: OUTSTANDING }, async (_, nth) =>
      timedCall(nth % 2 === 0 ? api.url : other.url, nthRead(nth)),
    );
    await expect.poll(async () => requests(/issues$/u), { timeout: 10_000, interval: 20 }).toBe(OUTSTANDING);
    const refused = await timedCall(api.url, nthRead(OUTSTANDING));
    const outcomes = await Promise.all(under);
    const after = await timedCall(api.url, nthRead(OUTSTANDING + 1));

    expect(refused.code).toBe('BUSY');
    expect(refused.tookMs).toBeLessThan(500);
    expect(counted(outcomes)).toEqual({ OK: OUTSTANDING });
    expect(after.code).toBe('OK');
  });
});
