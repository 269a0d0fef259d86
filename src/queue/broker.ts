import type { Job, Processor, Queue, Worker, WorkerOptions } from 'bullmq';
import type { Ticket } from './call.ts';
import type { Coordinator, Kind } from './coordinator.ts';
import type { ReadCache } from './read-cache.ts';
import type { Replays } from './replays.ts';

type Jobs = Queue<Ticket, void>;

/** What we use of BullMQ's Queue. */
export type CallQueue = Pick<Jobs, 'add' | 'remove' | 'getJobState' | 'getJobCounts' | 'getRanges' | 'close'>;
/** What we use of BullMQ's Worker. */
export interface CallWorker extends Pick<
  Worker<Ticket, void>,
  'run' | 'close' | 'isRunning' | 'cancelJob' | 'cancelAllJobs' | 'waitUntilReady'
> {
  on(event: 'failed', listener: (job: Job<Ticket, void> | undefined) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
}
export type CallProcessor = Processor<Ticket, void>;
export type CallWorkerOptions = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount'
>;

/** Where calls wait: BullMQ's queues and the coordinator, on Redis or in this process. */
export interface Broker {
  readonly coordinator: Coordinator;
  /** The idempotency keys of writes. */
  readonly replays: Replays;
  readonly queue: (kind: Kind) => CallQueue;
  /** A worker that does not run yet. */
  readonly worker: (kind: Kind, processor: CallProcessor, options: CallWorkerOptions) => CallWorker;
  /** For workers: opens the cache of GitLab's answers, of so many bytes at most. */
  readonly cache: (maxBytes: number) => ReadCache;
  /** Whether a call can be queued right now. */
  readonly isReady: () => boolean;
  /** How often the connection was made: what Redis held before the last time may be gone. */
  readonly generation: () => number;
  /** What the operator should know about the server. */
  readonly inspect: () => Promise<readonly string[]>;
  /** Lets go of what the queues and workers shared; they are closed before. */
  readonly close: () => Promise<void>;
}

/** One hash tag for every key, so that scripts may touch them together on a cluster. */
export const PREFIX = '{gitlab}';

export const queueName = (kind: Kind): string => `gitlab-${kind}`;

/** Results travel on the reply streams; BullMQ's event stream would keep a copy. */
export const NO_EVENTS = { streams: { events: { maxLen: 0 } } } as const;

/** `run` is called once everything stands; nothing of a finished call is kept. */
export const UNKEPT = {
  autorun: false,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
} as const;
