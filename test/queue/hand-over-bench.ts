import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { PREFIX, queueName } from '../../src/queue/broker.ts';
import type { Broker, CallProcessor, Delivered } from '../../src/queue/broker.ts';
import { createRedisBroker } from '../../src/queue/broker-redis.ts';
import { CALL_VERSION, packEntry } from '../../src/queue/call.ts';
import type { Foreseen, Ticket } from '../../src/queue/call.ts';
import type { Kind } from '../../src/queue/coordinator.ts';

type Parts = Partial<Foreseen> & { readonly kind?: Kind };

export const packed = ({ kind = 'read', host = 'gitlab', gates = [], cached }: Parts = {}): string =>
  packEntry({ kind, host, gates, ...(cached !== undefined && { cached }) });

export const ticket = (changes: Partial<Ticket> = {}): Ticket => ({
  v: CALL_VERSION,
  api: 'api1',
  deadline: Date.now() + 60_000,
  entry: packed(),
  sealed: '',
  ...changes,
});

export interface HandOverBench {
  readonly broker: Broker;
  readonly admin: Redis;
  /** Queues anything; gives the call's id. */
  readonly add: (data: unknown, more?: { readonly kind?: Kind; readonly callId?: string }) => Promise<string>;
  /** Starts a worker that takes one call at a time; what it is given. */
  readonly work: (kind: Kind, processor?: CallProcessor) => Promise<readonly Delivered[]>;
  /** Queues one call for a worker that waits, and gives what it was given. */
  readonly deliver: (data: unknown, kind?: Kind) => Promise<Delivered>;
  readonly close: () => Promise<void>;
}

/** A broker on a Redis of its own: its keys begin with one fixed word. */
export async function openHandOverBench(url: string): Promise<HandOverBench> {
  const broker = createRedisBroker({ url, role: 'worker', onError: () => undefined });
  const admin = new Redis(url, { maxRetriesPerRequest: null });
  await admin.flushall();
  const options = { connection: admin, prefix: PREFIX };
  const queues = { read: new Queue(queueName('read'), options), write: new Queue(queueName('write'), options) };
  const arrivals = new EventTarget();
  const ends: (() => Promise<void>)[] = [];
  const add: HandOverBench['add'] = async (data, { kind = 'read', callId = randomUUID() } = {}) => {
    await queues[kind].add('call', data, { jobId: callId, priority: 1, attempts: 1, removeOnComplete: true });
    return callId;
  };
  const work: HandOverBench['work'] = async (kind, processor = async () => undefined) => {
    const given: Delivered[] = [];
    const noting: CallProcessor = async (delivered) => {
      given.push(delivered);
      arrivals.dispatchEvent(new Event(delivered.job.id ?? ''));
      await processor(delivered);
    };
    const worker = broker.worker(kind, noting, { concurrency: 1 });
    worker.on('error', () => undefined);
    await worker.waitUntilReady();
    void worker.run();
    ends.push(async () => worker.close());
    return given;
  };
  const working: Partial<Record<Kind, Promise<readonly Delivered[]>>> = {};
  return {
    broker,
    admin,
    add,
    work,
    deliver: async (data, kind = 'read') => {
      working[kind] ??= work(kind);
      const given = await working[kind];
      const callId = randomUUID();
      const arrived = once(arrivals, callId);
      await add(data, { kind, callId });
      await arrived;
      const delivered = given.find(({ job }) => job.id === callId);
      if (delivered === undefined) throw new Error('another call came');
      return delivered;
    },
    close: async () => {
      await Promise.all(ends.map(async (end) => end()));
      await Promise.all([queues.read.close(), queues.write.close()]);
      await broker.close();
      admin.disconnect();
    },
  };
}
