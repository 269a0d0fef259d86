import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { Broker } from '../../src/queue/broker.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Question } from '../../src/queue/question.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { allGrants } from '../support/grants.ts';
import { entry } from './coordinator-bench.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
describe('a call that waits', () => {
  let broker: Broker;
  let generation: number;
  let asked: Ask;

  beforeEach(async () => {
    vi.useFakeTimers({ now: 0, toFake: ['Date', 'setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
    generation = 1;
    broker = { ...createMemoryBroker(), generation: () => generation };
    asked = createAsk({
      broker,
      seal: createSeal({ secrets: [SECRET] }),
      hash: createKeyedHash(SECRET),
      api: 'api1',
      maxOutstandingPerCaller: 3,
      maxOutstanding: 4,
      now: Date.now,
      log: createLog({ level: 'off' }),
    });
    // The reply stream opens within a few turns.
    await vi.waitUntil(() => asked.unreadyReason() === undefined);
  });

  afterEach(async () => {
    vi.useRealTimers();
    await broker.close();
  });

  const ask = async (caller: string, news: string[] = [], more: Partial<Question> = {}): Promise<Answer> =>
    asked.ask(
      {
        callId: randomUUID(),
        kind: 'read',
        tool: 'get_project',
        args: {},
        caller: { id: caller, tokenFrom: 'server', grants: allGrants },
        token: 'token',
        deadline: Date.now() + 60_000,
        ...more,
      },
      { signal: new AbortController().signal, onProgress: (words) => void news.push(words) },
    );

  test('hears after five seconds that there is no worker, and a further one at once', async () => {
    const cancelled: string[] = [];
    await broker.coordinator.onCancel((callId) => void cancelled.push(callId));
    const first = ask('ann');
    await vi.advanceTimersByTimeAsync(6000);
    await expect(first).resolves.toMatchObject({ ok: false, code: 'NO_WORKERS' });
    await expect(ask('ann')).rejects.toMatchObject({ code: 'NO_WORKERS' });
    // A read that a worker has just taken, or still runs, is not disturbed.
    expect(cancelled).toEqual([]);
  });

  test('that a worker has claimed runs on when no worker is seen any more, through a refusal by GitLab too', async () => {
    const write = entry({ kind: 'write', api: 'api1', deadline: Date.now() + 60_000, now: Date.now() });
    const { coordinator } = broker;
    let isAnswered = false;
    void ask('ann', [], { kind: 'write', callId: write.callId }).finally(() => {
      isAnswered = true;
    });
    await vi.advanceTimersByTimeAsync(100);
    await expect(coordinator.enter(write)).resolves.toEqual({ verdict: 'go' });
    await vi.advanceTimersByTimeAsync(6000);
    expect(isAnswered).toBe(false);
    await coordinator.unclaim(write.callId);
    await expect(coordinator.enter({ ...write, now: Date.now() })).resolves.toEqual({ verdict: 'go' });
  });

  test('that writes is not called unstarted where the queue was gone meanwhile and may have forgotten its claim', async () => {
    const before = ask('ann', [], { kind: 'write' });
    await vi.advanceTimersByTimeAsync(100);
    generation = 2;
    const after = ask('eve', [], { kind: 'write' });
    await vi.advanceTimersByTimeAsync(62_000);

    await expect(before).resolves.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    await expect(after).resolves.toMatchObject({ code: 'NO_WORKERS' });
  });

  test('is not given up while a worker lives; it hears what it waits behind', async () => {
    const news: string[] = [];
    const calls = [ask('ann'), ask('bob'), ask('eve', news)];
    const beats = setInterval(() => void broker.coordinator.beatWorker('worker1'), 500);
    await vi.advanceTimersByTimeAsync(12_500);
    clearInterval(beats);
    expect(news).toEqual(Array.from({ length: 3 }, () => 'queued behind at most 2 calls'));
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(Promise.all(calls)).resolves.toHaveLength(3);
  });

  test("is queued with its admission where it is its caller's only one, and taken back where that is refused", async () => {
    const calls = [ask('ann'), ask('bob'), ask('eve'), ask('eve')];
    await vi.advanceTimersByTimeAsync(10);
    const { prioritized: queued } = await broker.queue('read').getJobCounts('prioritized');
    await expect(ask('dan')).rejects.toMatchObject({ code: 'BUSY' });
    await vi.advanceTimersByTimeAsync(10);
    const { prioritized: left } = await broker.queue('read').getJobCounts('prioritized');

    expect([queued, left]).toEqual([4, 4]);
    await vi.advanceTimersByTimeAsync(7000);
    await expect(Promise.all(calls)).resolves.toHaveLength(4);
  });

  test('has no more beside it than the caps allow', async () => {
    const calls = [ask('ann'), ask('ann'), ask('ann')];
    await expect(ask('ann')).rejects.toMatchObject({
      code: 'BUSY',
      detail: '3 of your calls are under way, which is all that one caller may have.',
    });
    calls.push(ask('bob'));
    await expect(ask('eve')).rejects.toMatchObject({
      code: 'BUSY',
      detail: '4 calls of all callers are under way, which is all that this server takes.',
    });
    await vi.advanceTimersByTimeAsync(7000);
    await expect(Promise.all(calls)).resolves.toHaveLength(4);
  });
});
