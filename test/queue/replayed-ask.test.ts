import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createAsk } from '../../src/queue/ask.ts';
import type { Ask } from '../../src/queue/ask.ts';
import type { Broker } from '../../src/queue/broker.ts';
import { createMemoryBroker } from '../../src/queue/broker-memory.ts';
import { createRedisBroker } from '../../src/queue/broker-redis.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Question } from '../../src/queue/question.ts';
import { createReplayedAsk } from '../../src/queue/replayed-ask.ts';
import { createServe } from '../../src/queue/serve.ts';
import type { Handle } from '../../src/queue/turn.ts';
import { allGrants } from '../support/grants.ts';
import { again, hash, seal, write } from './replayed-write.ts';

const log = createLog({ level: 'off' });
const redisUrl = inject('redisUrl');

type Asking = Parameters<Ask['ask']>[1];

interface Replica {
  readonly ask: Ask['ask'];
  /** As it was before its keys were looked after. */
  readonly plainAsk: Ask['ask'];
  readonly close: () => Promise<void>;
}

async function startReplica(broker: Broker): Promise<Replica> {
  const own = createAsk({
    broker,
    seal,
    hash,
    api: randomUUID(),
    maxOutstandingPerCaller: 99,
    maxOutstanding: 999,
    now: Date.now,
    log,
  });
  await expect.poll(() => own.unreadyReason(), { timeout: 5000 }).toBeUndefined();
  const ask = createReplayedAsk({ ask: own.ask, replays: broker.replays, seal, now: Date.now });
  return { ask, plainAsk: own.ask, close: own.close };
}

const onRedis = (role: 'api' | 'worker'): Broker =>
  createRedisBroker({ url: redisUrl, role, onError: () => undefined });

const places = [
  { place: 'in memory', open: (): Broker[] => [createMemoryBroker()] },
  { place: 'on Redis', open: (): Broker[] => [onRedis('worker'), onRedis('api'), onRedis('api')] },
].filter(({ place }) => redisUrl !== '' || place === 'in memory');

/** What GitLab was asked to write, and how each call ends. */
interface Worker {
  readonly written: string[];
  answer: Handle;
}

const plain =
  (worker: Worker): Handle =>
  async (call) => {
    worker.written.push(call.id);
    return { ok: true, content: [{ type: 'text', text: call.id }] };
  };

const as = (grants: Partial<Question['caller']['grants']>): Pick<Question, 'caller'> => ({
  caller: { ...write().caller, grants: { ...allGrants, ...grants } },
});
const asOther = as({ readOnly: true });

describe.each(places)('a write under an idempotency key, $place', ({ open }) => {
  const worker: Worker = { written: [], answer: async () => ({ ok: false, code: 'INTERNAL', detail: '' }) };
  const ends: (() => Promise<void>)[] = [];
  let replicas: readonly [Replica, Replica];

  beforeEach(async () => {
    worker.written.length = 0;
    worker.answer = plain(worker);
    const brokers = open();
    const [first = createMemoryBroker(), second = first, third = first] = brokers;
    const serve = await createServe({
      broker: first,
      seal,
      handle: async (call, turn) => worker.answer(call, turn),
      host: 'h',
      foresee: () => ({ gates: [], end: () => undefined }),
      worker: 'w',
      concurrency: { read: 4, write: 4 },
      now: Date.now,
      log,
    });
    replicas = [await startReplica(second), await startReplica(third)];
    ends.push(
      ...replicas.map(({ close }) => close),
      async () => serve.drain(100),
      ...brokers.map(({ close }) => close),
    );
  });

  afterEach(async () => {
    await ends.reduce(async (before, end) => before.then(end), Promise.resolve());
    ends.length = 0;
  });

  const quiet: Asking = { signal: new AbortController().signal, onProgress: () => undefined };
  const ask = async (at: 0 | 1, question: Question, asking = quiet): Promise<Answer> =>
    replicas[at].ask(question, asking);

  /** From now on a call runs until it is told to finish. */
  const holdUp = (): { readonly begun: Promise<void>; readonly finish: () => void } => {
    const [started, done] = [createSignal(), createSignal()];
    worker.answer = async (call, turn) => {
      started.give();
      await done.given;
      return plain(worker)(call, turn);
    };
    return { begun: started.given, finish: done.give };
  };

  test('is run once, and its repetition at another replica gets the first answer', async () => {
    const first = write();
    const answer = await ask(0, first);
    const repeated = await ask(1, again(first, { args: { title: 'T', project_id: 'team/app' } }));

    expect(answer).toMatchObject({ ok: true, content: [{ text: first.callId }] });
    expect(repeated).toMatchObject({ ok: true, content: [{ text: first.callId }], isReplayed: true });
    expect(worker.written).toEqual([first.callId]);
  });

  test('is waited for while it runs, and says so', async () => {
    const { begun, finish } = holdUp();
    const first = write();
    const heard: string[] = [];
    const answered = ask(0, first);
    await begun;
    const repeated = Promise.all(
      Array.from({ length: 5 }, async () =>
        ask(1, again(first), { ...quiet, onProgress: (text) => void heard.push(text) }),
      ),
    );
    await expect.poll(() => heard).toEqual(Array.from({ length: 5 }, () => 'the same call is under way'));
    finish();

    await expect(answered).resolves.toMatchObject({ ok: true });
    for (const each of await repeated) expect(each).toMatchObject({ content: [{ text: first.callId }] });
    expect(worker.written).toEqual([first.callId]);
  });

  test('refuses another call under the same key', async () => {
    const first = write();
    await ask(0, first);

    await expect(ask(1, again(first, { args: { project_id: 'team/app', title: 'U' } }))).rejects.toThrow(
      /INVALID_ARGUMENTS: This idempotency key was used for another call/u,
    );
    await expect(ask(1, again(first, { tool: 'create_label' }))).rejects.toThrow('INVALID_ARGUMENTS');
    expect(worker.written).toHaveLength(1);
  });

  test('is neither run nor answered again for who has other grants', async () => {
    const { begun, finish } = holdUp();
    const first = write();
    const answered = ask(0, first);
    await begun;
    const refused = /OUTCOME_UNKNOWN: This call was made before under its idempotency key, with other permissions/u;
    await expect(ask(1, again(first, asOther))).rejects.toThrow(refused);
    finish();
    await answered;

    await expect(ask(1, again(first, asOther))).rejects.toThrow(refused);
    expect(worker.written).toEqual([first.callId]);
  });

  test('is answered again for who has the same grants in another order', async () => {
    const [first, second] = [
      ['issues', 'labels'],
      ['labels', 'issues'],
    ].map((toolsets) => as({ toolsets, allowedProjects: [toolsets] }));
    const call = write(first);
    await ask(0, call);

    await expect(ask(1, again(call, second))).resolves.toMatchObject({ isReplayed: true });
  });

  test('that did nothing runs when it is repeated with other grants', async () => {
    worker.answer = async () => ({ ok: false, code: 'GITLAB_UNREACHABLE', detail: 'later' });
    const first = write();
    await ask(0, first);
    worker.answer = plain(worker);

    await expect(ask(1, again(first, asOther))).resolves.toMatchObject({ ok: true });
  });

  test.each(['GITLAB_REJECTED', 'OUTCOME_UNKNOWN'] as const)('keeps its failure %s', async (code) => {
    worker.answer = async (call) => {
      worker.written.push(call.id);
      return { ok: false, code, detail: 'once' };
    };
    const first = write();
    await ask(0, first);

    await expect(ask(1, again(first))).resolves.toMatchObject({ ok: false, code, detail: 'once', isReplayed: true });
    expect(worker.written).toHaveLength(1);
  });

  test.each(['GITLAB_RATE_LIMITED', 'GITLAB_UNREACHABLE'] as const)(
    'that ended with %s did nothing, and runs when it is repeated',
    async (code) => {
      worker.answer = async () => ({ ok: false, code, detail: 'later' });
      const first = write();
      await expect(ask(0, first)).resolves.toMatchObject({ ok: false, code });
      worker.answer = plain(worker);
      const second = again(first);

      await expect(ask(1, second)).resolves.toMatchObject({ ok: true, content: [{ text: second.callId }] });
    },
  );

  test('that its client cancels while it runs is still answered to who repeats it', async () => {
    const { begun, finish } = holdUp();
    const client = new AbortController();
    const first = write();
    const answered = ask(0, first, { ...quiet, signal: client.signal });
    await begun;
    client.abort();
    await expect(answered).rejects.toThrow('CANCELLED');
    const repeated = ask(1, again(first));
    finish();

    await expect(repeated).resolves.toMatchObject({ ok: true, content: [{ text: first.callId }] });
    expect(worker.written).toEqual([first.callId]);
  });

  test('is not waited for beyond its own deadline, nor by a client that cancels', async () => {
    const { begun, finish } = holdUp();
    const first = write();
    const answered = ask(0, first);
    await begun;
    const client = new AbortController();
    const left = ask(1, again(first), { ...quiet, signal: client.signal });
    client.abort();

    await expect(left).rejects.toThrow('CANCELLED');
    await expect(ask(1, again(first, { deadline: Date.now() + 300 }))).rejects.toThrow(
      /DEADLINE_EXCEEDED: The first call under this idempotency key is still under way/u,
    );
    finish();
    await answered;
    expect(worker.written).toHaveLength(1);
  });

  test('whose key is no longer its own is not run', async () => {
    const answer = await replicas[0].plainAsk(write(), quiet);

    expect(answer).toMatchObject({
      ok: false,
      code: 'QUEUE_UNAVAILABLE',
      detail: expect.stringContaining('not started'),
    });
    expect(worker.written).toEqual([]);
  });

  test('without a key is run as often as it is sent, and so is a read', async () => {
    const one = write({ replay: undefined });
    const read = write({ kind: 'read' });
    await Promise.all([one, again(one), read, again(read)].map(async (each) => ask(0, each)));

    expect(worker.written).toHaveLength(4);
  });
});

function createSignal(): { readonly given: Promise<void>; readonly give: () => void } {
  const events = new EventTarget();
  const given = new Promise<void>((resolve) => {
    events.addEventListener('given', () => {
      resolve();
    });
  });
  return { given, give: () => void events.dispatchEvent(new Event('given')) };
}
