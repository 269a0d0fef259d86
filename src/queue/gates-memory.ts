import type { Coordinator, Gate, Reserved, Slot } from './coordinator.ts';
import { createExpiring } from './expiring.ts';
import type { Expiring } from './expiring.ts';
import { asks, charged, goodFor, OPEN_GATE, pauseFor, present, taught, waitFor } from './gate.ts';
import type { GateState } from './gate.ts';
import { rules } from './scripts/rules.ts';

/** The gates and the breaker in this process. */
export interface MemoryGates extends Pick<Coordinator, 'learn' | 'judge'> {
  /** `order`: of those who wait at one gate the smallest goes first. */
  readonly pass: (slot: Slot, order: number) => Reserved;
  /** A call that will not come back takes no place at any of them. */
  readonly leave: (callId: string) => void;
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
  /** The call that tries, and may send all of its requests. */
  readonly trier: string | undefined;
}

/** Who waits at one gate: by call its order and when it is due. */
type Queue = Map<string, { readonly order: number; readonly dueAt: number }>;

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
    pass: (slot, order) => passBreaker(stores, slot) ?? tried(stores, slot, passGates(stores, { ...slot, order })),
    leave: (callId) => {
      for (const key of stores.queues.keys()) leaveGate(stores, key, callId);
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

const UNBROKEN = { failures: 0, calls: new Set<string>(), openUntil: 0, tryingUntil: 0, trier: undefined };

function failed(known: Breaker | undefined, callId: string, now: number): Breaker {
  const { since, ...before } = known ?? { since: now, ...UNBROKEN };
  const failures = before.failures + 1;
  const calls = before.calls.size < rules.breakerCalls ? new Set([...before.calls, callId]) : before.calls;
  const isMany = failures >= rules.breakerFailures && calls.size >= rules.breakerCalls;
  const isOpen = isMany && now - since >= rules.breakerAfterMs;
  return { ...before, since, failures, calls, ...(isOpen && { openUntil: now + rules.breakerOpenMs, tryingUntil: 0 }) };
}

function passBreaker({ breakers }: Stores, { callId, host, now }: Slot): Reserved | undefined {
  const { openUntil, tryingUntil, trier } = breakers.get(host) ?? UNBROKEN;
  if (trier === callId && tryingUntil > now) return undefined;
  const waitMs = Math.ceil(Math.max(openUntil, tryingUntil) - now);
  return openUntil > 0 && waitMs > 0 ? { verdict: 'unavailable', waitMs } : undefined;
}

/** After the breaker was open, one request finds out whether GitLab works again. */
function tried({ breakers }: Stores, { callId, host, now }: Slot, reserved: Reserved): Reserved {
  const breaker = breakers.get(host);
  if (reserved.verdict !== 'go' || breaker === undefined || breaker.openUntil === 0) return reserved;
  if (breaker.trier === callId && breaker.tryingUntil > now) return reserved;
  breakers.set(host, { ...breaker, tryingUntil: now + rules.breakerOpenMs, trier: callId }, rules.breakerOpenMs);
  return reserved;
}

function leaveGate({ queues }: Stores, key: string, callId: string): void {
  const queue = queues.get(key);
  queue?.delete(callId);
  if (queue?.size === 0) queues.delete(key);
}

/** How many wait before this call; of equals in the order of their ids, as Redis sorts them. */
function rankAt({ queues }: Stores, key: string, { callId, order, now }: Ordered): number {
  const queue = queues.get(key);
  if (queue === undefined) return 0;
  let rank = 0;
  for (const [other, place] of queue) {
    if (other === callId) continue;
    if (place.dueAt <= now - rules.absentMs) queue.delete(other);
    else if (place.order < order || (place.order === order && other < callId)) rank += 1;
  }
  return rank;
}

interface Ordered extends Slot {
  readonly order: number;
}

interface Pass {
  readonly gate: Gate;
  readonly state: GateState;
  readonly waitMs: number;
  /** For what another request finds out. */
  readonly pauseMs: number;
  readonly asks: boolean;
}

function passAt(stores: Stores, gate: Gate, slot: Ordered): Pass {
  const state = present(stores.states.get(gate.key) ?? OPEN_GATE, gate, slot.now);
  const waitMs = waitFor(state, slot.now, rankAt(stores, gate.key, slot));
  return { gate, state, waitMs, pauseMs: pauseFor(state, gate, slot.now), asks: asks(state, gate, slot.now) };
}

function passGates(stores: Stores, slot: Ordered): Reserved {
  const { gates, now, deadline } = slot;
  const passes = gates.map((gate) => passAt(stores, gate, slot));
  const wait = Math.ceil(Math.max(0, ...passes.map(({ waitMs }) => waitMs)));
  const pause = Math.max(0, ...passes.map(({ pauseMs }) => pauseMs));
  const waitMs = wait === 0 && now + pause < deadline ? pause : wait;
  const isLimited = now + waitMs > deadline;
  for (const pass of passes) settle(stores, slot, { ...pass, waitMs: isLimited || pass.waitMs === 0 ? 0 : waitMs });
  if (isLimited) return { verdict: 'limited', waitMs };
  if (waitMs > 0) return { verdict: 'wait', waitMs };
  for (const pass of passes) charge(stores, pass, now);
  const goodForMs = Math.min(...passes.map(({ state }) => goodFor(state, now)));
  return goodForMs === Infinity ? { verdict: 'go' } : { verdict: 'go', goodForMs };
}

/** A call waits at the gates that hold it back, and at no other. */
function settle(stores: Stores, { callId, order, now }: Ordered, { gate: { key }, waitMs }: Pass): void {
  if (waitMs === 0) {
    leaveGate(stores, key, callId);
    return;
  }
  const queue: Queue = stores.queues.get(key) ?? new Map();
  stores.queues.set(key, queue.set(callId, { order, dueAt: now + waitMs }), waitMs + 60_000);
}

function charge({ states }: Stores, pass: Pass, now: number): void {
  const { gate, state, asks: isAsking } = pass;
  if (!leavesTrace(pass)) return;
  const news = {
    ...charged(state, now),
    given: gate.limit === undefined ? undefined : state.given,
    ...(isAsking && { askingUntil: now + rules.askFirstMs }),
  };
  const keepMs = Math.max(2 * (state.limit?.periodMs ?? 0), (news.tat ?? 0) - now) + (isAsking ? rules.gateMs : 1000);
  states.set(gate.key, { ...OPEN_GATE, ...states.get(gate.key), ...news }, keepMs);
}

/** Whether there is something to note of a request that goes. */
function leavesTrace({ gate, state, asks: isAsking }: Pass): boolean {
  const isGivenNoMore = gate.limit === undefined && state.given !== undefined;
  return isAsking || isGivenNoMore || state.limit !== undefined || state.spacingMs > 0;
}
