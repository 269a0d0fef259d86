import { DelayedError } from 'bullmq';
import type { Log } from '../log.ts';
import type { Broker, CallWorker } from './broker.ts';
import type { Kind } from './coordinator.ts';
import type { Seal } from './seal.ts';
import { bury, takeTurn } from './turn.ts';
import type { Desk, Handle } from './turn.ts';

/** The reason of a read's abort when the worker is asked to stop. */
export const DRAINING = 'draining';

export interface Serve {
  /** Whether calls are being taken. */
  readonly isRunning: () => boolean;
  /** Calls under way. */
  readonly active: () => number;
  /** Takes no more calls; reads still running after `graceMs` are aborted with DRAINING, writes are waited for. */
  readonly drain: (graceMs: number) => Promise<void>;
}

export interface ServeOptions {
  readonly broker: Broker;
  readonly seal: Seal;
  readonly handle: Handle;
  readonly host: Desk['host'];
  readonly foresee: Desk['foresee'];
  /** The name of this worker, for claims and signs of life. */
  readonly worker: string;
  readonly concurrency: Readonly<Record<Kind, number>>;
  readonly now: () => number;
  readonly log: Log;
}

const BEAT_MS = 1000;

/** The failedReason of every job. */
const FAILED = 'the call failed';

/** A dead worker is noticed some seconds after its lock ends: its reads go to another one, its writes are answered OUTCOME_UNKNOWN. */
const LOCKS = {
  read: { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 2 },
  write: { lockDuration: 10_000, stalledInterval: 5000, maxStalledCount: 0 },
} as const;

/** The worker's side of the queue: takes calls until it is drained. */
export async function createServe(options: ServeOptions): Promise<Serve> {
  const { broker, log } = options;
  const desk: Desk = { ...options, coordinator: broker.coordinator, replays: broker.replays };
  const running = { active: 0 };
  const workers = {
    read: startWorker('read', { ...options, desk, running }),
    write: startWorker('write', { ...options, desk, running }),
  };
  const everyone = Object.values(workers);
  // A write that is under way goes on: whether it has happened would be unknown.
  const cancels = await broker.coordinator.onCancel((callId) => {
    workers.read.cancelJob(callId, 'cancelled');
  });
  await Promise.all(everyone.map(async (worker) => worker.waitUntilReady()));
  const present = await showLife(options);
  for (const worker of everyone) {
    worker.run().catch((error: unknown) => {
      log.error({ err: error }, 'a queue worker stopped');
    });
  }
  return {
    isRunning: () => everyone.every((worker) => worker.isRunning()),
    active: () => running.active,
    drain: async (graceMs) => {
      present.end();
      const handBack = setTimeout(() => {
        workers.read.cancelAllJobs(DRAINING);
      }, graceMs);
      await Promise.all(everyone.map(async (worker) => worker.close()));
      clearTimeout(handBack);
      await cancels.close();
    },
  };
}

/** Says every second that this worker takes calls. */
async function showLife({ broker, worker }: ServeOptions): Promise<{ readonly end: () => void }> {
  const { coordinator } = broker;
  const beat = async (): Promise<void> => coordinator.beatWorker(worker).catch(() => undefined);
  await beat();
  const timer = setInterval(() => {
    void beat();
  }, BEAT_MS);
  timer.unref();
  return {
    end: () => {
      clearInterval(timer);
      coordinator.leaveWorker(worker).catch(() => undefined);
    },
  };
}

interface Shift extends ServeOptions {
  readonly desk: Desk;
  readonly running: { active: number };
}

function startWorker(kind: Kind, { broker, desk, running, concurrency, log }: Shift): CallWorker {
  // BullMQ makes an AbortSignal only for a processor with three parameters.
  const never = new AbortController();
  const worker = broker.worker(
    kind,
    async (job, token, signal) => {
      running.active += 1;
      try {
        await takeTurn(desk, { kind, job, token, signal: signal ?? never.signal });
      } catch (error) {
        if (error instanceof DelayedError) throw error;
        log.error({ callId: job.id, err: error }, 'a call could not be taken');
        // BullMQ sends these words and the stack to Redis: they are the same whatever has happened.
        throw new Error(FAILED); // oxlint-disable-line eslint/preserve-caught-error -- its words must not reach Redis
      } finally {
        running.active -= 1;
      }
    },
    { concurrency: concurrency[kind], ...LOCKS[kind] },
  );
  worker.on('error', (error) => {
    log.debug({ err: error }, 'queue connection');
  });
  // Only a call whose worker died fails: what a handler throws is answered in its turn.
  worker.on('failed', (job) => {
    if (job !== undefined) bury(desk, kind, job).catch(() => undefined);
  });
  return worker;
}
