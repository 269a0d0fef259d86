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

/** Each costs one question to Redis; those that wait longest are the first in line, or held back by GitLab's limits. */
const LOOKED_AT = 20;

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

async function oldestOf({ waiting, queues, now }: Counter): Promise<number> {
  const ages = waiting
    .all()
    .slice(0, LOOKED_AT)
    .map(async ([callId, { kind, since }]) =>
      (await queues[kind].getJobState(callId)) === 'prioritized' ? now() - since : 0,
    );
  return Math.max(0, ...(await Promise.all(ages)));
}
