import { createExpiring } from './expiring.ts';
import type { Replays } from './replays.ts';

interface MemoryReplaysOptions {
  readonly clock: () => number;
}

interface Held {
  readonly callId: string;
  readonly fingerprint: string;
  readonly grants: string;
  readonly phase: 'waiting' | 'running';
  readonly answer?: Buffer | undefined;
}

/** Idempotency keys in this process, by the same rules as in Redis. */
export function createMemoryReplays({ clock }: MemoryReplaysOptions): Replays {
  const held = createExpiring<Held>(clock);
  const own = (key: string, callId: string): Held | undefined => {
    const found = held.get(key);
    return found?.callId === callId ? found : undefined;
  };
  return {
    begin: async ({ key, callId, fingerprint, grants, lifeMs }) => {
      held.tidy();
      const found = held.get(key);
      if (found !== undefined) return { isFirst: false, ...found };
      held.set(key, { callId, fingerprint, grants, phase: 'waiting' }, lifeMs);
      return { isFirst: true };
    },
    hold: async ({ key, callId, phase, lifeMs }) => {
      const found = own(key, callId);
      if (found !== undefined) held.set(key, { ...found, phase }, lifeMs);
      return found !== undefined;
    },
    keep: async ({ key, callId, answer }) => {
      const found = own(key, callId);
      if (found !== undefined) held.set(key, { ...found, answer }, 0);
    },
    release: async ({ key, callId, phase }) => {
      const found = own(key, callId);
      const isIn = found !== undefined && (phase === undefined || found.phase === phase);
      if (isIn && found.answer === undefined) held.delete(key);
    },
  };
}
