import { Queue, Worker } from 'bullmq';
import type { Broker, CallQueue } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createRedisCoordinator } from './coordinator-redis.ts';
import { CACHE_PATIENCE_MS, createRedisReadCache } from './read-cache-redis.ts';
import {
  API_PATIENCE_MS,
  apiConnection,
  inspectRedis,
  openLink,
  redisAddress,
  reportOutages,
  workerConnection,
} from './redis.ts';
import type { RedisLink } from './redis.ts';
import { createRedisReplays } from './replays-redis.ts';

interface RedisBrokerOptions {
  readonly url: string;
  readonly role: 'api' | 'worker';
  /** Told once per outage. */
  readonly onError: (error: Error) => void;
}

/** Calls wait in Redis 7 or Valkey, between as many API replicas and workers as there are. */
export function createRedisBroker({ url, role, onError }: RedisBrokerOptions): Broker {
  const address = redisAddress(url);
  const coordinator = createRedisCoordinator({ url, prefix: PREFIX, role, onError });
  const outage = reportOutages(onError);
  const manner =
    role === 'api'
      ? { options: apiConnection(address), patienceMs: API_PATIENCE_MS }
      : { options: workerConnection(address) };
  // Both queues share one connection; each worker opens its own, one of which blocks.
  const link = openLink({ name: 'queue', ...manner, outage });
  const caches: RedisLink[] = [];
  return {
    coordinator,
    replays: createRedisReplays({ link, prefix: PREFIX }),
    queue: (kind) => {
      const queue = new Queue(queueName(kind), { connection: link.client, prefix: PREFIX, ...NO_EVENTS });
      queue.on('error', (error) => {
        outage.began('queue', error);
      });
      return overLink(queue, link);
    },
    worker: (kind, processor, workerOptions) =>
      new Worker(queueName(kind), processor, {
        connection: { ...workerConnection(address) },
        prefix: PREFIX,
        ...UNKEPT,
        ...workerOptions,
      }),
    cache: (maxBytes) => {
      const own = openLink({ name: 'cache', options: apiConnection(address), outage, patienceMs: CACHE_PATIENCE_MS });
      caches.push(own);
      return createRedisReadCache({ link: own, prefix: PREFIX, maxBytes, now: Date.now });
    },
    isReady: () => link.isReady() && coordinator.isReady(),
    inspect: async () => {
      const patient = openLink({ name: 'inspect', options: workerConnection(address), outage });
      try {
        return await patient.run(inspectRedis);
      } finally {
        patient.close();
      }
    },
    close: async () => {
      for (const each of [link, ...caches]) each.close();
      await coordinator.close();
    },
  };
}

/** Its commands are gathered and bounded in time like all others of the link, on which the queue works. */
function overLink(queue: CallQueue, link: RedisLink): CallQueue {
  return {
    add: async (...job) => link.run(async () => queue.add(...job)),
    remove: async (...which) => link.run(async () => queue.remove(...which)),
    getJobState: async (callId) => link.run(async () => queue.getJobState(callId)),
    getJobCounts: async (...types) => link.run(async () => queue.getJobCounts(...types)),
    close: async () => queue.close(),
  };
}
