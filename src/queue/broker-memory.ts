import { Queue, Worker } from 'bullmq';
import type { Broker } from './broker.ts';
import { NO_EVENTS, PREFIX, queueName, UNKEPT } from './broker.ts';
import { createMemoryCoordinator } from './coordinator-memory.ts';
import { memoryBackendFactory } from './memory/backend.ts';
import { createMemoryStore } from './memory/store.ts';
import { createMemoryReadCache } from './read-cache-memory.ts';
import { createMemoryReplays } from './replays-memory.ts';

/** The embedded default: both roles in this process, no Redis, no socket. What waits is lost with the process. */
export function createMemoryBroker(): Broker {
  const coordinator = createMemoryCoordinator();
  const factory = memoryBackendFactory(createMemoryStore());
  const place = { connection: {}, prefix: PREFIX };
  return {
    coordinator,
    replays: createMemoryReplays({ clock: Date.now }),
    queue: (kind) => new Queue(queueName(kind), { ...place, ...NO_EVENTS }, factory),
    worker: (kind, processor, options) =>
      new Worker(queueName(kind), processor, { ...place, ...UNKEPT, ...options }, factory),
    cache: (maxBytes) => createMemoryReadCache({ maxBytes, now: Date.now }),
    isReady: () => true,
    generation: () => 0,
    inspect: async () => [],
    close: async () => coordinator.close(),
  };
}
