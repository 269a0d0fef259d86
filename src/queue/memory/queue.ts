import type { JobJson, JobProgress } from 'bullmq';
import { createIdleWorkers } from './idle-workers.ts';
import type { IdleWorkers } from './idle-workers.ts';
import { demandLock } from './lock.ts';
import type { Lock, Run } from './lock.ts';
import { createPlaces } from './places.ts';
import type { Places } from './places.ts';

interface Claim {
  readonly token: string;
  readonly lockMs: number;
  readonly processedBy: string | undefined;
}

/** What a job remembers of its last failed attempt. */
export interface FailedAttempt {
  readonly failedReason: string;
  readonly stacktrace: string;
}

interface Postponement {
  readonly dueAt: number;
  readonly delayMs: number;
  /** Absent: the job was not tried, so the delay costs it no attempt. */
  readonly failed: FailedAttempt | undefined;
}

/** One queue. Each operation is synchronous, as each of BullMQ's Lua scripts is in Redis. */
export interface MemoryQueue extends Pick<Places, 'lookUp' | 'count' | 'firstInLine'> {
  readonly meta: Map<string, string>;
  readonly finished: { completed: number; failed: number };
  readonly idle: IdleWorkers;
  /** Adds a job, unless one of that id is there already; gives its id. */
  add(job: JobJson, id: string | undefined): string;
  /** Says no only where a worker holds the job. */
  remove(id: string): boolean;
  /** Hands the next job whose time has come to a worker. */
  take(claim: Claim): JobJson | undefined;
  /** How long, at most `limitMs`, there will be nothing to take unless a job arrives; 0 if there is one now. */
  readonly quietMs: (limitMs: number) => number;
  finish(run: Run): void;
  postpone(run: Run, postponement: Postponement): void;
  retry(run: Run, failed: FailedAttempt): void;
  /** Leaves word with a job that is held. */
  note(run: Run, progress: JobProgress): void;
  extendLock(lock: Lock, lockMs: number): boolean;
  /** Puts the jobs whose lock has expired in front of all others; gives their ids. */
  recoverStalled(maxStalledCount: number): string[];
}

interface Parts {
  readonly places: Places;
  readonly now: () => number;
}

export function createMemoryQueue({ now }: Pick<Parts, 'now'>): MemoryQueue {
  const idle = createIdleWorkers();
  const places = createPlaces({ onArrival: idle.call });
  const parts = { places, now };
  return {
    meta: new Map<string, string>(),
    finished: { completed: 0, failed: 0 },
    idle,
    lookUp: places.lookUp,
    count: places.count,
    firstInLine: places.firstInLine,
    ...adding(parts),
    ...taking(parts),
    ...ending(parts),
    ...guarding(parts),
  };
}

function adding({ places, now }: Parts): Pick<MemoryQueue, 'add' | 'remove'> {
  let added = 0;
  return {
    add: (job, wanted) => {
      added += 1;
      const id = wanted === undefined || wanted === '' ? String(added) : wanted;
      if (places.lookUp(id) !== undefined) return id;
      const { delay = 0, priority = 0 } = job.opts;
      const own = { ...job, id, opts: structuredClone(job.opts), delay, priority };
      if (delay > 0) places.delay(own, job.timestamp + delay);
      else places.lineUp(own);
      return id;
    },
    remove: (id) => {
      const place = places.lookUp(id)?.place;
      if (place?.name === 'active' && place.until > now()) return false;
      places.leave(id);
      return true;
    },
  };
}

function taking({ places, now }: Parts): Pick<MemoryQueue, 'take' | 'quietMs'> {
  function lineUpDueJobs(): void {
    let next = places.nextDelayed();
    while (next !== undefined && next.dueAt <= now()) {
      const job = places.leave(next.id);
      if (job !== undefined) places.lineUp({ ...job, delay: 0 });
      next = places.nextDelayed();
    }
  }

  return {
    take: ({ token, lockMs, processedBy }) => {
      lineUpDueJobs();
      const id = places.nextReady();
      const job = id === undefined ? undefined : places.leave(id);
      if (job === undefined) return undefined;
      const started = { ...job, attemptsStarted: job.attemptsStarted + 1, processedOn: now() };
      const own = processedBy === undefined ? started : { ...started, processedBy };
      places.hold(own, { token, until: now() + lockMs });
      return own;
    },
    quietMs: (limitMs) => {
      if (places.nextReady() !== undefined) return 0;
      const dueAt = places.nextDelayed()?.dueAt ?? Infinity;
      return Math.max(0, Math.min(limitMs, dueAt - now()));
    },
  };
}

function ending({ places, now }: Parts): Pick<MemoryQueue, 'finish' | 'postpone' | 'retry'> {
  function release(run: Run): JobJson {
    const job = demandLock(places.lookUp(run.id), run, now());
    places.leave(run.id);
    return job;
  }

  return {
    finish: (run) => {
      release(run);
    },
    postpone: (run, { dueAt, delayMs, failed }) => {
      const job = { ...release(run), delay: delayMs };
      places.delay(failed === undefined ? job : tried(job, failed), dueAt);
    },
    retry: (run, failed) => {
      places.lineUp(tried(release(run), failed));
    },
  };
}

function guarding({ places, now }: Parts): Pick<MemoryQueue, 'note' | 'extendLock' | 'recoverStalled'> {
  return {
    note: (run, progress) => {
      const held = places.lookUp(run.id);
      const job = demandLock(held, run, now());
      if (held?.place.name === 'active') places.hold({ ...job, progress: structuredClone(progress) }, held.place);
    },
    extendLock: ({ id, token }, lockMs) => {
      const held = places.lookUp(id);
      if (held?.place.name !== 'active' || held.place.token !== token || held.place.until <= now()) return false;
      places.hold(held.job, { token, until: now() + lockMs });
      return true;
    },
    recoverStalled: (maxStalledCount) => {
      const stalled = places.active().filter(({ place }) => place.until <= now());
      return stalled.map(({ job }) => {
        places.leave(job.id);
        places.goFirst(stalledOnce(job, maxStalledCount));
        return job.id;
      });
    },
  };
}

function tried(job: JobJson, failed: FailedAttempt): JobJson {
  return { ...job, ...failed, attemptsMade: job.attemptsMade + 1 };
}

/** A job that stalled too often still goes to a worker, which fails it without running it. */
function stalledOnce(job: JobJson, maxStalledCount: number): JobJson {
  const stalledCounter = job.stalledCounter + 1;
  if (stalledCounter <= maxStalledCount) return { ...job, stalledCounter };
  return { ...job, stalledCounter, deferredFailure: 'job stalled more than allowable limit' };
}
