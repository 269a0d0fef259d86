import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Coordinator } from '../../src/queue/coordinator.ts';
import { TOUCHED } from '../../src/queue/message.ts';
import type { Question } from '../../src/queue/question.ts';
import { createReplayedAsk } from '../../src/queue/replayed-ask.ts';
import { createServe } from '../../src/queue/serve.ts';
import { again, hash, seal, write } from './replayed-write.ts';

const log = createLog({ level: 'off' });

describe('a call that a worker', () => {
  /** What the coordinator says of each call before it says what is true. */
  let enter: (callId: string) => ReturnType<Coordinator['enter']> | undefined;
  let written: string[];
  let announced: string[];
  let ask: Ask['ask'];
  let close: () => Promise<void>;

  beforeEach(async () => {
    written = [];
    announced = [];
    const memory = createMemoryBroker();
    const { coordinator } = memory;
    await coordinator.onAnnounce((words) => void announced.push(words));
    const broker = {
      ...memory,
      coordinator: { ...coordinator, enter: async (call) => enter(call.callId) ?? coordinator.enter(call) },
    } satisfies typeof memory;
    const serve = await createServe({
      broker,
      seal,
      handle: async ({ id }) => {
        written.push(id);
        return { ok: true, content: [] };
      },
      host: 'gitlab',
      foresee: () => ({ gates: [], end: () => undefined }),
      worker: 'w',
      concurrency: { read: 1, write: 1 },
      now: Date.now,
      log,
    });
    const caps = { maxOutstandingPerCaller: 1, maxOutstanding: 9 };
    const own = createAsk({ broker: memory, seal, hash, api: randomUUID(), ...caps, now: Date.now, log });
    await vi.waitUntil(() => own.unreadyReason() === undefined);
    ask = createReplayedAsk({ ask: own.ask, replays: memory.replays, seal, now: Date.now });
    close = async () => {
      await own.close();
      await serve.drain(100);
      await memory.close();
    };
  });

  afterEach(async () => close());

  const outcomeOf = async (question: Question): Promise<Answer> =>
    ask(question, { signal: new AbortController().signal, onProgress: () => undefined });

  describe('takes for one of a replica that Redis has not heard of', () => {
    test.each(['read', 'write'] as const)('(a %s) is answered at once: it was not started', async (kind) => {
      enter = async () => ({ verdict: 'orphan' });

      await expect(outcomeOf(write({ kind }))).resolves.toMatchObject({
        ok: false,
        code: 'QUEUE_UNAVAILABLE',
        detail: expect.stringContaining('so it was not started'),
      });
      expect(written).toEqual([]);
    });

    test('can be made again under its key', async () => {
      const first = write();
      enter = (callId) => (callId === first.callId ? Promise.resolve({ verdict: 'orphan' }) : undefined);
      const repeated = again(first);

      await expect(outcomeOf(first)).resolves.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
      await expect(outcomeOf(repeated)).resolves.toEqual({ ok: true, content: [] });
      expect(written).toEqual([repeated.callId]);
    });
  });

  describe('has died over', () => {
    beforeEach(() => {
      enter = async () => {
        throw new Error('as a dead worker');
      };
    });

    test('may have written: all replicas hear so before its caller does', async () => {
      await expect(outcomeOf(write())).resolves.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      expect(announced).toEqual([TOUCHED]);
    });

    test('has written nothing where it is a read', async () => {
      await expect(outcomeOf(write({ kind: 'read' }))).resolves.toMatchObject({ code: 'INTERNAL' });
      expect(announced).toEqual([]);
    });
  });
});
