import type { Counter } from './question.ts';

/** What the queue is like now. */
export interface Gauges {
  /** Calls that wait or run. */
  readonly backlog: number;
  /** Calls that a worker could take at once: those that GitLab's limits hold back are none. */
  readonly runnable: number;
  readonly workers: number;
  /** How long the oldest runnable call of this replica has waited. */
  readonly oldestWaitingMs: number;
}

/** So many first in line are looked at in each queue. Callers take turns there: each one's oldest call is near the front. */
const LOOKED_AT = 1000;

export async function readGauges(counter: Counter): Promise<Gauges> {
  const { queues, broker, api } = counter;
  const [counts, { workers }, oldestWaitingMs] = await Promise.all([
    Promise.all(Object.values(queues).map(async (queue) => queue.getJobCounts('prioritized', 'delayed', 'active'))),
    broker.coordinator.beat(api),
    oldestOf(counter),
  ]);
  const sum = (state: string): number => counts.reduce((total, count) => total + (count[state] ?? 0), 0);
  const runnable = sum('prioritized');
  return { backlog: runnable + sum('delayed') + sum('active'), runnable, workers, oldestWaitingMs };
}

/** What waits is asked for, since of the calls that this replica knows the oldest ones run. */
async function oldestOf({ waiting, queues, now }: Counter): Promise<number> {
  const lines = await Promise.all(
    Object.values(queues).map(async (queue) => queue.getRanges(['prioritized'], 0, LOOKED_AT - 1, true)),
  );
  const begun = lines.flat().map((callId) => waiting.get(callId)?.since ?? Infinity);
  return Math.max(0, now() - Math.min(Infinity, ...begun));
}
