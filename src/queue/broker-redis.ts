import { Queue, Worker } from 'bullmq';
import type { Broker } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createRedisCoordinator } from './coordinator-redis.ts';
import { createRedisReadCache } from './read-cache-redis.ts';
import { apiConnection, inspectRedis, openLink, redisAddress, reportOutages, workerConnection } from './redis.ts';
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
  const options = role === 'api' ? apiConnection(address) : workerConnection(address);
  // Both queues share one connection; each worker opens its own, one of which blocks.
  const link = openLink({ name: 'queue', options, outage });
  const caches: RedisLink[] = [];
  return {
    coordinator,
    replays: createRedisReplays({ link, prefix: PREFIX }),
    queue: (kind) => {
      const queue = new Queue(queueName(kind), { connection: link.client, prefix: PREFIX, ...NO_EVENTS });
      queue.on('error', (error) => {
        outage.began('queue', error);
      });
      return queue;
    },
    worker: (kind, processor, workerOptions) =>
      new Worker(queueName(kind), processor, {
        connection: { ...workerConnection(address) },
        prefix: PREFIX,
        ...UNKEPT,
        ...workerOptions,
      }),
    cache: (maxBytes) => {
      const own = openLink({ name: 'cache', options: apiConnection(address), outage });
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
