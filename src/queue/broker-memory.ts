import { Queue, Worker } from 'bullmq';
import type { Broker } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createMemoryCoordinator } from './coordinator-memory.ts';
import { memoryBackendFactory } from './memory/backend.ts';
import { createMemoryStore } from './memory/store.ts';

/** The embedded default: both roles in this process, no Redis, no socket. What waits is lost with the process. */
export function createMemoryBroker(): Broker {
  const coordinator = createMemoryCoordinator();
  const factory = memoryBackendFactory(createMemoryStore());
  const place = { connection: {}, prefix: PREFIX };
  return {
    coordinator,
    queue: (kind) => new Queue(queueName(kind), { ...place, ...NO_EVENTS }, factory),
    worker: (kind, processor, options) =>
      new Worker(queueName(kind), processor, { ...place, ...UNKEPT, ...options }, factory),
    isReady: () => true,
    inspect: async () => [],
    close: async () => coordinator.close(),
  };
}
