import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { expect, test, vi } from 'vitest';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { Broker, CallProcessor } from '../../src/queue/broker.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Answer } from '../../src/queue/call.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import type { Question } from '../../src/queue/question.ts';
import { createServe } from '../../src/queue/serve.ts';
import type { Handle } from '../../src/queue/turn.ts';
import { createLog } from '../../src/log.ts';
import { allGrants } from '../support/grants.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const planted = 'glpat-planted-0123456789 planted title';
const seal = createSeal({ secrets: [SECRET] });

const readQuestion = (): Question => ({
  callId: randomUUID(),
  kind: 'read',
  tool: 'get_project',
  args: { title: planted },
  caller: { id: 'c', tokenFrom: 'server', grants: allGrants },
  token: planted,
  deadline: Date.now() + 3000,
});

interface Outcome {
  readonly answer: Answer;
  /** What the processor threw at BullMQ. */
  readonly reasons: readonly unknown[];
  readonly log: string;
}

const failing: Handle = async () => {
  throw new Error(planted, { cause: new Error(planted) });
};

/** A queue whose handler throws, and everything that it told BullMQ and the log. */
async function serveWith(broken: Partial<Broker['coordinator']> = {}): Promise<Outcome> {
  const memory = createMemoryBroker();
  const reasons: unknown[] = [];
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const watched: Broker = {
    ...memory,
    coordinator: { ...memory.coordinator, ...broken },
    worker: (kind, processor, options) => {
      const told: CallProcessor = async (given) => {
        try {
          await processor(given);
        } catch (error) {
          reasons.push(error);
          throw error;
        }
      };
      return memory.worker(kind, told, options);
    },
  };
  const concurrency = { read: 1, write: 1 };
  const own = { foresee: () => ({ host: 'gitlab', gates: [] }), worker: 'w' };
  const serve = await createServe({ broker: watched, seal, handle: failing, ...own, concurrency, now: Date.now, log });
  const hash = createKeyedHash(SECRET);
  const caps = { maxOutstandingPerCaller: 9, maxOutstanding: 99 };
  const asked = createAsk({ broker: memory, seal, hash, api: 'a', ...caps, now: Date.now, log });
  await expect.poll(() => asked.unreadyReason()).toBeUndefined();
  const answer = await asked.ask(readQuestion(), { signal: new AbortController().signal, onProgress: () => undefined });
  await asked.close();
  await serve.drain(100);
  await memory.close();
  return { answer, reasons, log: lines.join('') };
}

test('a handler that throws is answered without its words, and fails no job', async () => {
  const { answer, reasons, log } = await serveWith();

  expect(answer).toEqual({
    ok: false,
    code: 'INTERNAL',
    detail: 'The server met an error that it did not expect.',
  });
  expect(reasons).toEqual([]);
  // The operator is told, without the token.
  expect(log).toContain('a call failed in an unexpected way');
  expect(log).not.toContain('glpat-planted');
});

test('a job that cannot be taken fails with the same words whatever has happened', async () => {
  const { answer, reasons } = await serveWith({
    enter: async () => {
      throw new Error(planted);
    },
  });

  expect(answer.ok).toBe(false);
  expect(reasons).toEqual([new Error('the call failed')]);
  expect(
    JSON.stringify(reasons.map((error) => (error instanceof Error ? [error.stack, error.cause] : error))),
  ).not.toMatch(/planted/u);
});

test('a read that is cancelled before BullMQ has begun it is cancelled when it begins', async () => {
  const memory = createMemoryBroker();
  const log = createLog({ level: 'off' });
  const begin = new AbortController();
  const delivered = vi.fn<() => void>();
  const cancelJob = vi.fn<() => boolean>(() => false);
  const watched: Broker = {
    ...memory,
    // As for a call that Redis had let go before the cancel came.
    coordinator: { ...memory.coordinator, enter: async () => ({ verdict: 'go' }) },
    worker: (kind, processor, options) => {
      const held: CallProcessor = async (given) => {
        delivered();
        await once(begin.signal, 'abort');
        return processor(given);
      };
      const worker = memory.worker(kind, held, options);
      vi.spyOn(worker, 'cancelJob').mockImplementation(cancelJob);
      return worker;
    },
  };
  const reasons: unknown[] = [];
  const handle: Handle = async (_, { signal }) => {
    reasons.push(signal.reason);
    return { ok: true, content: [] };
  };
  const own = { foresee: () => ({ host: 'gitlab', gates: [] }), worker: 'w', concurrency: { read: 1, write: 1 } };
  const serve = await createServe({ broker: watched, seal, handle, ...own, now: Date.now, log });
  const hash = createKeyedHash(SECRET);
  const caps = { maxOutstandingPerCaller: 9, maxOutstanding: 99 };
  const asked = createAsk({ broker: memory, seal, hash, api: 'a', ...caps, now: Date.now, log });
  await expect.poll(() => asked.unreadyReason()).toBeUndefined();
  const client = new AbortController();
  const answered = asked.ask(readQuestion(), { signal: client.signal, onProgress: () => undefined });
  answered.catch(() => undefined);
  await expect.poll(() => delivered.mock.calls.length).toBe(1);
  client.abort();
  await expect.poll(() => cancelJob.mock.calls.length).toBe(1);
  begin.abort();
  await expect.poll(() => reasons).toEqual(['cancelled']);
  await asked.close();
  await serve.drain(100);
  await memory.close();
});
