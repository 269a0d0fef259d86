import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import { createKeyedHash, createSeal } from '../../src/queue/seal.ts';
import { allGrants } from '../support/grants.ts';

const SECRET = 'a-secret-of-the-tests-that-is-long-enough';
// One would shut the whole process down.
test('a client that goes while its call is being queued leaves no unhandled rejection', async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => {
    unhandled.push(reason);
  };
  process.on('unhandledRejection', note);
  onTestFinished(() => {
    process.off('unhandledRejection', note);
  });
  const memory = createMemoryBroker();
  const client = new AbortController();
  const coordinator: typeof memory.coordinator = {
    ...memory.coordinator,
    admit: async (call) => {
      client.abort();
      // As long as Redis takes to answer.
      await sleep(5);
      return memory.coordinator.admit(call);
    },
  };
  const asked = createAsk({
    broker: { ...memory, coordinator },
    seal: createSeal({ secrets: [SECRET] }),
    hash: createKeyedHash(SECRET),
    api: 'a',
    maxOutstandingPerCaller: 9,
    maxOutstanding: 99,
    now: Date.now,
    log: createLog({ level: 'off' }),
  });
  await expect.poll(() => asked.unreadyReason()).toBeUndefined();
  const question = {
    callId: randomUUID(),
    kind: 'read',
    tool: 'get_project',
    args: {},
    caller: { id: 'c', tokenFrom: 'server', grants: allGrants },
    token: 'token',
    deadline: Date.now() + 3000,
  } as const;
  const answered = asked.ask(question, { signal: client.signal, onProgress: () => undefined });
  await expect(answered).rejects.toThrow('CANCELLED');
  expect(unhandled).toEqual([]);
  await asked.close();
  await memory.close();
});
