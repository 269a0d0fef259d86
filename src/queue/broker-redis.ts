import { Queue, Worker } from 'bullmq';
import type { Broker, CallQueue } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createRedisCoordinator } from './coordinator-redis.ts';
import { CACHE_PATIENCE_MS, createRedisReadCache } from './read-cache-redis.ts';
import { quietBackendOn } from './quiet-backend.ts';
import { impatient, inspectRedis, openLink, redisAddress, reportOutages, workerConnection } from './redis.ts';
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
  const coordinator = createRedisCoordinator({ url, prefix: PREFIX, role, onError });
  // One connection for all commands that do not block: what is sent in one turn leaves in one write.
  const link = coordinator.commands;
  const backend = quietBackendOn(link);
  const place = { connection: link.client, prefix: PREFIX };
  return {
    coordinator,
    replays: createRedisReplays({ link, prefix: PREFIX }),
    queue: (kind) => {
      const queue = new Queue(queueName(kind), { ...place, ...NO_EVENTS }, backend);
      // The link tells of its connection, and whoever sends a command hears of its failure.
      queue.on('error', () => undefined);
      return overLink(queue, link);
    },
    worker: (kind, processor, workerOptions) =>
      new Worker(queueName(kind), processor, { ...place, ...UNKEPT, ...workerOptions }, backend),
    cache: (maxBytes) =>
      createRedisReadCache({ link: impatient(link, CACHE_PATIENCE_MS), prefix: PREFIX, maxBytes, now: Date.now }),
    isReady: coordinator.isReady,
    inspect: async () => {
      const outage = reportOutages(onError);
      const patient = openLink({ name: 'inspect', options: workerConnection(redisAddress(url)), outage });
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
    close: async () => queue.close(),
  };
}
