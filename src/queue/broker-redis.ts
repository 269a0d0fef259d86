import { Queue, Worker } from 'bullmq';
import type { Broker, CallQueue } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createRedisCoordinator } from './coordinator-redis.ts';
import { CACHE_PATIENCE_MS, createRedisReadCache } from './read-cache-redis.ts';
import { quietBackendOn } from './quiet-backend.ts';
import { impatient, inspectRedis, openLink, redisAddress, workerConnection } from './redis.ts';
import type { RedisLink } from './redis.ts';
import { createRedisReplays } from './replays-redis.ts';

interface RedisBrokerOptions {
  readonly url: string;
  /** An API's commands fail at once when Redis is gone; a worker's wait for it. One process of both has two brokers. */
  readonly role: 'api' | 'worker';
  /** Told once per outage. */
  readonly onError: (error: Error) => void;
  /** Told of an outage's end. */
  readonly onBack?: ((afterMs: number) => void) | undefined;
}

/** Calls wait in Redis 7 or Valkey, between as many API replicas and workers as there are. */
export function createRedisBroker({ url, role, onError, onBack }: RedisBrokerOptions): Broker {
  const coordinator = createRedisCoordinator({ url, prefix: PREFIX, role, onError, onBack });
  // One connection for all commands that do not block: what is sent in one turn leaves in one write.
  const link = coordinator.commands;
  let made = 0;
  link.client.on('ready', () => {
    made += 1;
  });
  const backend = quietBackendOn(link);
  return {
    coordinator,
    replays: createRedisReplays({ link, prefix: PREFIX }),
    queue: (kind) => {
      // The version is looked at once, by `inspect`; BullMQ would never ask again where its question is lost.
      const options = { connection: link.client, prefix: PREFIX, skipVersionCheck: true, ...NO_EVENTS };
      const queue = new Queue(queueName(kind), options);
      // The link tells of its connection, and whoever sends a command hears of its failure.
      queue.on('error', () => undefined);
      return overLink(queue, link);
    },
    worker: (kind, processor, workerOptions) => {
      const options = { connection: link.client, prefix: PREFIX, ...UNKEPT, ...workerOptions };
      return new Worker(queueName(kind), processor, options, backend);
    },
    cache: (maxBytes) =>
      createRedisReadCache({ link: impatient(link, CACHE_PATIENCE_MS), prefix: PREFIX, maxBytes, now: Date.now }),
    isReady: coordinator.isReady,
    generation: () => made,
    inspect: async () => {
      const options = workerConnection(redisAddress(url));
      const patient = openLink({ name: 'inspect', options, outage: coordinator.outage });
      try {
        return await patient.run(inspectRedis);
      } finally {
        patient.close();
      }
    },
    close: async () => coordinator.close(),
  };
}

/** Its commands are gathered and bounded in time like all others of the link, on which the queue works. */
function overLink(queue: CallQueue, link: RedisLink): CallQueue {
  return {
    add: async (...job) => link.run(async () => queue.add(...job)),
    remove: async (...which) => link.run(async () => queue.remove(...which)),
    getJobState: async (callId) => link.run(async () => queue.getJobState(callId)),
    getJobCounts: async (...types) => link.run(async () => queue.getJobCounts(...types)),
    getRanges: async (...range) => link.run(async () => queue.getRanges(...range)),
    close: async () => queue.close(),
  };
}
