import type { Coordinator, Gate, Reserved, Slot } from './coordinator.ts';
import { createExpiring } from './expiring.ts';
import type { Expiring } from './expiring.ts';
import { asks, charged, OPEN_GATE, present, taught, waitFor } from './gate.ts';
import type { GateState } from './gate.ts';
import { rules } from './scripts/rules.ts';

/** The gates and the breaker in this process. */
export interface MemoryGates extends Pick<Coordinator, 'learn' | 'judge'> {
  readonly pass: (slot: Slot) => Reserved;
  /** A call that will not come back takes no place at them. */
  readonly leave: (slot: Pick<Slot, 'callId' | 'gates'>) => void;
  readonly tidy: () => void;
  readonly size: () => number;
  readonly clear: () => void;
}

interface Breaker {
  readonly since: number;
  readonly failures: number;
  readonly calls: ReadonlySet<string>;
  readonly openUntil: number;
  readonly tryingUntil: number;
}

/** Who waits at one gate: by call its order and when it is due. */
type Queue = Map<string, { readonly priority: number; readonly dueAt: number }>;

interface Stores {
  readonly states: Expiring<GateState>;
  readonly queues: Expiring<Queue>;
  readonly breakers: Expiring<Breaker>;
}

export function createMemoryGates(clock: () => number): MemoryGates {
  const stores: Stores = {
    states: createExpiring(clock),
    queues: createExpiring(clock),
    breakers: createExpiring(clock),
  };
  const all = [stores.states, stores.queues, stores.breakers];
  return {
    pass: (slot) => passBreaker(stores, slot) ?? tried(stores, slot, passGates(stores, slot)),
    leave: ({ callId, gates }) => {
      for (const { key } of gates) leaveGate(stores, key, callId);
    },
    learn: async (lesson) => {
      const { now, gate: key, window, blockedUntil = now } = lesson;
      const till = Math.max(now, blockedUntil, window?.resetAt ?? now);
      stores.states.set(key, taught(stores.states.get(key) ?? OPEN_GATE, lesson), rules.gateMs + till - now);
    },
    judge: async ({ callId, host, ok, now }) => {
      if (ok) stores.breakers.delete(host);
      else stores.breakers.set(host, failed(stores.breakers.get(host), callId, now), rules.breakerMs);
    },
    tidy: () => {
      for (const store of all) store.tidy();
    },
    size: () => all.reduce((sum, store) => sum + store.size(), 0),
    clear: () => {
      for (const store of all) store.clear();
    },
  };
}

const UNBROKEN = { failures: 0, calls: new Set<string>(), openUntil: 0, tryingUntil: 0 };

function failed(known: Breaker | undefined, callId: string, now: number): Breaker {
  const { since, ...before } = known ?? { since: now, ...UNBROKEN };
  const failures = before.failures + 1;
  const calls = before.calls.size < rules.breakerCalls ? new Set([...before.calls, callId]) : before.calls;
  const isMany = failures >= rules.breakerFailures && calls.size >= rules.breakerCalls;
  const isOpen = isMany && now - since >= rules.breakerAfterMs;
  return { ...before, since, failures, calls, ...(isOpen && { openUntil: now + rules.breakerOpenMs, tryingUntil: 0 }) };
}

function passBreaker({ breakers }: Stores, { host, now }: Slot): Reserved | undefined {
  const { openUntil, tryingUntil } = breakers.get(host) ?? { openUntil: 0, tryingUntil: 0 };
  const waitMs = Math.ceil(Math.max(openUntil, tryingUntil) - now);
  return openUntil > 0 && waitMs > 0 ? { verdict: 'unavailable', waitMs } : undefined;
}

/** After the breaker was open, one request finds out whether GitLab works again. */
function tried({ breakers }: Stores, { host, now }: Slot, reserved: Reserved): Reserved {
  const breaker = breakers.get(host);
  if (reserved.verdict === 'go' && breaker !== undefined && breaker.openUntil > 0)
    breakers.set(host, { ...breaker, tryingUntil: now + rules.breakerOpenMs }, rules.breakerOpenMs);
  return reserved;
}

function leaveGate({ queues }: Stores, key: string, callId: string): void {
  const queue = queues.get(key);
  queue?.delete(callId);
  if (queue?.size === 0) queues.delete(key);
}

/** How many wait before this call; of equals in the order of their ids, as Redis sorts them. */
function rankAt({ queues }: Stores, key: string, { callId, priority, now }: Slot): number {
  const queue = queues.get(key);
  if (queue === undefined) return 0;
  let rank = 0;
  for (const [other, place] of queue) {
    if (other === callId) continue;
    if (place.dueAt <= now - rules.absentMs) queue.delete(other);
    else if (place.priority < priority || (place.priority === priority && other < callId)) rank += 1;
  }
  return rank;
}

interface Pass {
  readonly gate: Gate;
  readonly state: GateState;
  readonly waitMs: number;
  readonly asks: boolean;
}

function passAt(stores: Stores, gate: Gate, slot: Slot): Pass {
  const state = present(stores.states.get(gate.key) ?? OPEN_GATE, gate, slot.now);
  const waitMs = waitFor(state, slot.now, rankAt(stores, gate.key, slot));
  return { gate, state, waitMs, asks: asks(state, gate, slot.now) };
}

function passGates(stores: Stores, slot: Slot): Reserved {
  const { gates, now, deadline } = slot;
  const passes = gates.map((gate) => passAt(stores, gate, slot));
  const wait = Math.ceil(Math.max(0, ...passes.map(({ waitMs }) => waitMs)));
  const isAsking = passes.some((pass) => pass.asks && pass.state.askingUntil > now);
  const waitMs = wait === 0 && isAsking ? rules.askAgainMs : wait;
  const isLimited = now + waitMs > deadline;
  for (const pass of passes) settle(stores, slot, { ...pass, waitMs: isLimited || pass.waitMs === 0 ? 0 : waitMs });
  if (isLimited) return { verdict: 'limited', waitMs };
  if (waitMs > 0) return { verdict: 'wait', waitMs };
  for (const pass of passes) charge(stores, pass, now);
  return { verdict: 'go' };
}

/** A call waits at the gates that hold it back, and at no other. */
function settle(stores: Stores, { callId, priority, now }: Slot, { gate: { key }, waitMs }: Pass): void {
  if (waitMs === 0) {
    leaveGate(stores, key, callId);
    return;
  }
  const queue: Queue = stores.queues.get(key) ?? new Map();
  stores.queues.set(key, queue.set(callId, { priority, dueAt: now + waitMs }), waitMs + 60_000);
}

function charge({ states }: Stores, { gate: { key }, state, asks: isAsking }: Pass, now: number): void {
  const { start, used, tat, given } = charged(state, now);
  const known = states.get(key);
  if (!isAsking && state.limit === undefined && state.spacingMs === 0) return;
  const askingUntil = isAsking ? now + rules.askFirstMs : state.askingUntil;
  const keepMs = Math.max(2 * (state.limit?.periodMs ?? 0), tat - now) + (isAsking ? rules.gateMs : 1000);
  states.set(key, { ...OPEN_GATE, ...known, start, used, tat, given, askingUntil }, keepMs);
}
