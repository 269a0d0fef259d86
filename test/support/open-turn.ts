import type { Call } from '../../src/queue/call.ts';
import { NO_PAST } from '../../src/queue/past.ts';
import type { Turn } from '../../src/queue/turn.ts';
import { tools } from '../../src/tools/index.ts';
import { firstRequest } from '../../src/worker/foresight.ts';
import { createGates } from '../../src/worker/gates.ts';
import type { Gates } from '../../src/worker/gates.ts';

/** A turn that always may go, and tells nobody. */
export function openTurn(changed: Partial<Turn> = {}): Turn {
  return {
    signal: new AbortController().signal,
    progress: () => undefined,
    passed: { gates: [], until: Infinity },
    past: NO_PAST,
    reserve: async () => ({ verdict: 'go' }),
    learn: async () => undefined,
    judge: async () => undefined,
    ...changed,
  };
}

/** The gates of a GitLab of which nothing is known beforehand, under readable names. */
export const createOpenGates = (): Gates =>
  createGates({
    apiUrl: 'https://gitlab.example.com/api/v4',
    limits: [],
    tools,
    hash: (label, value) => `${label}: ${value}`,
    now: () => 0,
  });

export const openGates = createOpenGates();

/** The turn of a call that has passed the gates of its first request. */
export function turnOf(call: Pick<Call, 'tool' | 'args' | 'token'>, changed: Partial<Turn> = {}): Turn {
  const gates = openGates.ofFirst(call.token, firstRequest(tools, call));
  return openTurn({ passed: { gates, until: Infinity }, ...changed });
}
