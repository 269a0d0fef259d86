import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { Broker, CallProcessor } from '../../src/queue/broker.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Question } from '../../src/queue/question.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { createServe } from '../../src/queue/serve.ts';
import type { Handle } from '../../src/queue/turn.ts';
import { createLog } from '../../src/log.ts';
import { allGrants } from '../support/grants.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
const planted = 'glpat-planted-0123456789 planted title';
const seal = createSeal({ secrets: [SECRET] });

interface Outcome {
  readonly answer: Answer;
  /** What the processor threw at BullMQ. */
  readonly reasons: readonly unknown[];
  readonly log: string;
}

interface Course {
  readonly coordinator?: Partial<Broker['coordinator']>;
  readonly replays?: Partial<Broker['replays']>;
  readonly handle?: Handle;
  readonly question?: Pick<Question, 'kind' | 'replay'>;
}

const throwing = async (): Promise<never> => {
  throw new Error(planted, { cause: new Error(planted) });
};
const hold = async (): Promise<boolean> => true;

/** One call to a queue whose handler throws, if not told otherwise, and everything that it told BullMQ and the log. */
async function serveWith({ handle = throwing, ...broken }: Course = {}): Promise<Outcome> {
  const memory = createMemoryBroker();
  const reasons: unknown[] = [];
  const lines: string[] = [];
  const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } });
  const watched: Broker = {
    ...memory,
    coordinator: { ...memory.coordinator, ...broken.coordinator },
    replays: { ...memory.replays, ...broken.replays },
    worker: (kind, processor, options) => {
      const told: CallProcessor = async (...given) => {
        try {
          await processor(...given);
        } catch (error) {
          reasons.push(error);
          throw error;
        }
      };
      // BullMQ looks at the number of the parameters.
      return memory.worker(kind, async (job, token, signal) => told(job, token, signal), options);
    },
  };
  const concurrency = { read: 1, write: 1 };
  const own = { host: 'gitlab', foresee: () => ({ gates: [], end: () => undefined }), worker: 'w' };
  const serve = await createServe({ broker: watched, seal, handle, ...own, concurrency, now: Date.now, log });
  const hash = createKeyedHash(SECRET);
  const caps = { maxOutstandingPerCaller: 9, maxOutstanding: 99 };
  const asked = createAsk({ broker: memory, seal, hash, api: 'a', ...caps, now: Date.now, log });
  await expect.poll(() => asked.unreadyReason()).toBeUndefined();
  const answer = await asked.ask(
    {
      callId: randomUUID(),
      kind: 'read',
      replay: undefined,
      ...broken.question,
      tool: 'get_project',
      args: { title: planted },
      caller: { id: 'c', tokenFrom: 'server', grants: allGrants },
      token: planted,
      deadline: Date.now() + 3000,
    },
    { signal: new AbortController().signal, onProgress: () => undefined },
  );
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
  const { answer, reasons } = await serveWith({ coordinator: { enter: throwing } });

  expect(answer.ok).toBe(false);
  expect(reasons).toEqual([new Error('the call failed')]);
  expect(
    JSON.stringify(reasons.map((error) => (error instanceof Error ? [error.stack, error.cause] : error))),
  ).not.toMatch(/planted/u);
});

describe('a write under an idempotency key', () => {
  const question = { kind: 'write', replay: 'key' } as const;

  test('is answered although its answer cannot be kept', async () => {
    const done: Answer = { ok: true, content: [{ type: 'text', text: 'written' }] };
    const handle: Handle = async () => done;
    const { answer, log } = await serveWith({ question, handle, replays: { hold, keep: throwing } });

    expect(answer).toEqual(done);
    expect(log).toContain('an answer could not be kept');
    expect(log).not.toContain('glpat-planted');
  });

  test('may have happened where its handler throws', async () => {
    const { answer } = await serveWith({ question, replays: { hold } });

    expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
  });

  test('has surely not happened where its key cannot be held', async () => {
    const { answer } = await serveWith({ question, replays: { hold: throwing } });

    expect(answer).toMatchObject({ ok: false, code: 'INTERNAL' });
  });
});
