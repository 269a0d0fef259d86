import { randomUUID } from 'node:crypto';
import type { Admission, Coordinator, Entry, Lesson, Slot } from '../../src/queue/coordinator.ts';
import { rules } from '../../src/queue/scripts/rules.ts';
import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';

/** The API's and the worker's coordinator, which may be one. */
export interface Pair {
  readonly api: Coordinator;
  readonly worker: Coordinator;
  readonly close: () => Promise<void>;
}

/** The beginning of a minute, so that periods begin at it. */
export const NOW = Math.floor(Date.now() / 60_000) * 60_000;

export function admission(changes: Partial<Admission> = {}): Admission {
  return {
    callId: randomUUID(),
    kind: 'read',
    api: 'api1',
    user: 'ann',
    flow: changes.user ?? 'ann',
    step: 1,
    deadline: NOW + 60_000,
    now: NOW,
    cap: 5000,
    capOfAll: 10_000,
    ...changes,
  };
}

export function entry(changes: Partial<Entry> = {}): Entry {
  const call = {
    callId: randomUUID(),
    kind: 'read',
    api: 'api1',
    priority: 1,
    worker: 'worker1',
    claimMs: 60_000,
  } as const;
  return { ...call, host: 'gitlab', gates: [], deadline: NOW + 60_000, now: NOW, ...changes };
}

export function lesson(changes: Partial<Lesson> = {}): Lesson {
  return { gate: 'token', now: NOW, ...changes };
}

export function slot(changes: Partial<Slot> = {}): Slot {
  const { callId = randomUUID() } = changes;
  return {
    host: 'gitlab',
    gates: [{ key: 'token' }],
    deadline: NOW + 600_000,
    now: NOW,
    ...changes,
    callId,
  };
}

/** 100 in 10 s, of which 95 are used: one each 102.6 ms. */
export const limit = { requests: 100, periodMs: 10_000 };
export const given = [{ key: 'token', limit }];
export const OPEN = rules.openMs;
export const CLOSE = rules.closeMs;
/** Within a period, not at its edge. */
export const IN = NOW + 1000;

export function told(changes: Partial<NonNullable<Lesson['window']>> = {}): Lesson {
  return lesson({ now: IN, window: { ...limit, used: 0, resetAt: NOW + 10_000, ...changes } });
}

/** The waits that `count` further calls get, one after the other. */
export async function waits(coordinator: Coordinator, count: number, changes: Partial<Entry> = {}): Promise<number[]> {
  const own = { gates: [{ key: 'token' }], deadline: NOW + 600_000 };
  // One connection: Redis takes them in this order.
  const asked = Array.from({ length: count }, async (_, at) =>
    coordinator.enter(entry({ ...own, callId: `${String(at).padStart(4, '0')}-${randomUUID()}`, ...changes })),
  );
  return (await Promise.all(asked)).map((entered) => ('waitMs' in entered ? entered.waitMs : 0));
}

/** Two coordinators on one Redis, under keys of their own. */
export async function openRedisPair(url: string, prefix = `{${randomUUID()}}`): Promise<Pair> {
  const api = createRedisCoordinator({ url, prefix, role: 'api', onError });
  const worker = createRedisCoordinator({ url, prefix, role: 'worker', onError });
  await Promise.all([api.onceReady(), worker.onceReady()]);
  return {
    api,
    worker,
    close: async () => {
      await Promise.all([api.close(), worker.close()]);
    },
  };
}

function onError(error: Error): void {
  throw error;
}
