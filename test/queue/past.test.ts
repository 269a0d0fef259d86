import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import { createAsk } from '../../src/queue/ask.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Coordinator, Entered } from '../../src/queue/coordinator.ts';
import { NO_PAST, pastOf } from '../../src/queue/past.ts';
import type { Past } from '../../src/queue/past.ts';
import { createServe } from '../../src/queue/serve.ts';
import { Later } from '../../src/queue/turn.ts';
import type { Handle } from '../../src/queue/turn.ts';
import { createLog } from '../../src/log.ts';
import { hash, seal, write } from './replayed-write.ts';

const ends: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end(); // oxlint-disable-line no-await-in-loop -- the API first
});

/** One call that is handled so. */
async function ask(handle: Handle, enter?: Coordinator['enter']): Promise<Answer> {
  const memory = createMemoryBroker();
  const coordinator = { ...memory.coordinator, ...(enter !== undefined && { enter }) };
  const broker = { ...memory, coordinator };
  const log = createLog({ level: 'off' });
  const own = { host: 'gitlab', foresee: () => ({ gates: [], end: () => undefined }), worker: 'w' };
  const concurrency = { read: 1, write: 1 };
  const serve = await createServe({ broker, seal, handle, ...own, concurrency, now: Date.now, log });
  const caps = { maxOutstandingPerCaller: 9, maxOutstanding: 99 };
  const asked = createAsk({ broker, seal, hash, api: 'a', ...caps, now: Date.now, log });
  ends.push(asked.close, async () => serve.drain(100), broker.close);
  await expect.poll(() => asked.unreadyReason()).toBeUndefined();
  const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
  return asked.ask(write({ kind: 'read', replay: undefined, callId: randomUUID() }), quiet);
}

const done: Answer = { ok: true, content: [] };

test('a turn knows what those before it came to', async () => {
  const seen: Past[] = [];
  const past: Past = { ...NO_PAST, attempts: 2, throttled: 1 };
  await ask(async (_, turn) => {
    seen.push(turn.past);
    if (seen.length === 1) throw new Later(10, past);
    // Nobody has counted this one.
    if (seen.length === 2) throw new Later(10);
    return done;
  });

  expect(seen).toEqual([NO_PAST, { ...past, gateMs: 10 }, { ...past, gateMs: 20 }]);
});

test('a call that is refused after a turn tells what that came to, and how long it waited for what', async () => {
  const verdicts: Entered[] = [
    { verdict: 'wait', waitMs: 20 },
    { verdict: 'go' },
    { verdict: 'limited', waitMs: 60_000 },
  ];
  const came: Past = { ...NO_PAST, attempts: 1, throttled: 1, gateMs: 20, why: '429' };
  const { facts } = await ask(
    async () => {
      throw new Later(30, came);
    },
    async () => verdicts.shift() ?? { verdict: 'expired' },
  );
  const { waitMs = 0, queueMs = 0, ...told } = facts ?? {};

  expect(told).toEqual({ attempts: 1, throttled: 1, gateMs: 50, backoffMs: 0, runMs: 0, why: '429' });
  expect(waitMs).toBe(queueMs + 50);
});

test('a wait at the gates before the first turn is told apart', async () => {
  const verdicts: Entered[] = [{ verdict: 'wait', waitMs: 20 }];
  const seen: Past[] = [];
  await ask(
    async (_, { past }) => {
      seen.push(past);
      return done;
    },
    async () => verdicts.shift() ?? { verdict: 'go' },
  );

  expect(seen).toEqual([{ ...NO_PAST, gateMs: 20 }]);
});

test.each([0, 50, 'half', true, {}, { attempts: '2' }, { attempts: 2 }])('%j is no past', (progress) => {
  expect(pastOf({ progress })).toEqual(NO_PAST);
});
