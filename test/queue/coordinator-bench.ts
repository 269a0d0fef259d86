import { randomUUID } from 'node:crypto';
import type { Admission, Coordinator, Entry, Lesson } from '../../src/queue/coordinator.ts';
import { createRedisCoordinator } from '../../src/queue/coordinator-redis.ts';

/** The API's and the worker's coordinator, which may be one. */
export interface Pair {
  readonly api: Coordinator;
  readonly worker: Coordinator;
  readonly close: () => Promise<void>;
}

export const NOW = Date.now();

export function admission(changes: Partial<Admission> = {}): Admission {
  return {
    callId: randomUUID(),
    kind: 'read',
    api: 'api1',
    user: 'ann',
    deadline: NOW + 60_000,
    now: NOW,
    cap: 5000,
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
  return { ...call, gates: [], reserved: false, deadline: NOW + 60_000, now: NOW, ...changes };
}

export function lesson(changes: Partial<Lesson> = {}): Lesson {
  return { gate: 'token', now: NOW, ...changes };
}

/** The waits that `count` further requests get, all asked for at `now`. */
export async function waits(
  coordinator: Coordinator,
  count: number,
  { gates = ['token'], now = NOW, deadline = NOW + 60_000 } = {},
): Promise<number[]> {
  // One connection: Redis takes them in this order.
  const slots = Array.from({ length: count }, async () => coordinator.reserve({ gates, now, deadline }));
  return (await Promise.all(slots)).map(({ waitMs }) => waitMs);
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
