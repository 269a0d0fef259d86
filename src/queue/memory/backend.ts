import { EventEmitter } from 'node:events';
import type { BackendFactory, IQueueBackend } from 'bullmq';
import type { MemoryQueue } from './queue.ts';
import { createJobOperations, createMetaOperations } from './queue-operations.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import type { MemoryStore } from './store.ts';
import { unsupportedOperations } from './unsupported.ts';
import { createWorkerOperations } from './worker-operations.ts';

/**
 * The last parameter of BullMQ's own Queue and Worker that puts them on a store instead of Redis:
 * `new Queue(name, { connection: {} }, memoryBackendFactory(store))`. BullMQ insists on a `connection`; it is not read.
 */
export function memoryBackendFactory(store: MemoryStore): BackendFactory {
  return (name, options) => createBackend({ store, name, settings: readSettings(options) });
}

interface BackendOptions {
  readonly store: MemoryStore;
  readonly name: string;
  readonly settings: Settings;
}

function createBackend({ store, name, settings }: BackendOptions): IQueueBackend {
  const qualifiedName = `${settings.prefix}:${name}`;
  const queue = store.queue(qualifiedName);
  const events = new EventEmitter(); // oxlint-disable-line unicorn/prefer-event-target -- BullMQ's interface is an emitter's
  const waiting = createWaiting(queue);
  let closing: Promise<void> | undefined;
  const isClosing = (): boolean => closing !== undefined;

  async function close(): Promise<void> {
    await waiting.disconnectBlocking();
    events.emit('close');
  }

  const backend: IQueueBackend = {
    ...unsupportedOperations,
    ...createJobOperations({ queue, isClosing }),
    ...createMetaOperations(queue),
    ...createWorkerOperations({ queue, settings, isClosing }),
    ...waiting,
    qualifiedName,
    keys: {},
    toKey: (type) => `${qualifiedName}:${type}`,
    clientName: (suffix = '') => `${qualifiedName}${suffix}`,
    setName: async () => undefined,
    waitUntilReady: async () => undefined,
    get closing() {
      return closing;
    },
    close: async () => (closing ??= close()),
    disconnect: waiting.disconnectBlocking,
    on: (event, listener) => {
      events.on(event, listener);
      return backend;
    },
    once: (event, listener) => {
      events.once(event, listener);
      return backend;
    },
    removeListener: (event, listener) => {
      events.removeListener(event, listener);
      return backend;
    },
  };
  queueMicrotask(() => {
    events.emit('ready');
  });
  return backend;
}

type Waiting = Pick<IQueueBackend, 'minimumBlockTimeout' | 'waitForJob' | 'disconnectBlocking' | 'reconnectBlocking'>;

/** How a Worker without work learns of a job: BullMQ then fetches if `score`, the time to do so, has come. */
function createWaiting({ idle, quietMs }: MemoryQueue): Waiting {
  const worker = Symbol('worker');
  const answers = { called: { member: '0', score: 0 }, timeout: null, dismissed: { member: '0', score: Infinity } };
  return {
    minimumBlockTimeout: 0.001,
    waitForJob: async (limitSeconds) => answers[await idle.wait(worker, quietMs(limitSeconds * 1000))],
    disconnectBlocking: async () => {
      idle.dismiss(worker);
    },
    reconnectBlocking: async () => undefined,
  };
}
