import { describe } from 'vitest';
import { createMemoryReplays } from '../../src/queue/replays-memory.ts';
import { replays } from './replays.suite.ts';

describe('idempotency keys in memory', () => {
  const clock = { now: 1_000_000 };
  const both = createMemoryReplays({ clock: () => clock.now });
  const pass = async (ms: number): Promise<void> => {
    clock.now += ms;
  };
  replays(() => ({ one: both, other: both, pass }));
});
