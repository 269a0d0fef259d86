import type { Admission, Coordinator, Entered, Entry, Lesson, Reserved, Slot, Subscription } from './coordinator.ts';
import { rules } from './scripts.ts';

interface MemoryCoordinatorOptions {
  /** What entries expire by, in epoch milliseconds. */
  readonly clock?: () => number;
}

/** A coordinator that holds everything itself. */
export interface MemoryCoordinator extends Coordinator {
  /** How many entries it holds. */
  size(): number;
}

/** Coordinates an API and a worker in one process, by the same rules as the Redis coordinator. */
export function createMemoryCoordinator({ clock = Date.now }: MemoryCoordinatorOptions = {}): MemoryCoordinator {
  const memory = createMemory(clock);
  const cancelled = createListeners();
  const announced = createListeners();
  return {
    ...coordinateCalls(memory),
    ...carryReplies(memory),
    cancel: async (callId) => {
      memory.cancelled.set(callId, true, rules.cancelMs);
      cancelled.tell(callId);
    },
    onCancel: async (listener) => cancelled.add(listener),
    announce: async (requestKey) => {
      announced.tell(requestKey);
    },
    onAnnounce: async (listener) => announced.add(listener),
    size: () => memory.size(),
    close: async () => {
      memory.clear();
    },
  };
}

type Calls = Pick<Coordinator, 'admit' | 'leave' | 'beat' | 'enter' | 'reserve' | 'unclaim' | 'learn'>;

function coordinateCalls(memory: Memory): Calls {
  return {
    admit: async (call) => {
      memory.tidy();
      memory.alive.set(call.api, true, rules.aliveMs);
      const outstanding = countOutstanding(memory, call);
      if (outstanding >= call.cap) return { admitted: false, outstanding };
      holdPlace(memory, call);
      return { admitted: true, priority: nextTag(memory, call) };
    },
    leave: async ({ user, callId }) => {
      const places = memory.outstanding.get(user);
      places?.delete(callId);
      if (places?.size === 0) memory.outstanding.delete(user);
    },
    beat: async (api) => {
      memory.tidy();
      memory.alive.set(api, true, rules.aliveMs);
    },
    enter: async (call) => {
      memory.tidy();
      return enter(memory, call);
    },
    reserve: async (slot) => passGates(memory, slot, false),
    unclaim: async (callId) => {
      memory.claims.delete(callId);
    },
    learn: async (lesson) => {
      learn(memory, lesson);
    },
  };
}

function carryReplies({ alive, replies }: Memory): Pick<Coordinator, 'reply' | 'receive'> {
  const receivers = new Map<string, (message: Buffer) => void>();
  return {
    reply: async (api, message) => {
      const receiver = receivers.get(api);
      if (receiver === undefined) replies.set(api, [...(replies.get(api) ?? []), message], rules.replyMs);
      else receiver(message);
    },
    receive: async (api, onMessage) => {
      receivers.set(api, onMessage);
      alive.set(api, true, rules.aliveMs);
      const missed = replies.get(api) ?? [];
      replies.delete(api);
      for (const message of missed) onMessage(message);
      return {
        close: async () => {
          if (receivers.get(api) === onMessage) receivers.delete(api);
        },
      };
    },
  };
}

interface Expiring<V> {
  get(key: string): V | undefined;
  /** Never shortens the life of an entry. */
  set(key: string, value: V, lifeMs: number): void;
  delete(key: string): void;
  tidy(): void;
  size(): number;
  clear(): void;
}

function createExpiring<V>(clock: () => number): Expiring<V> {
  const entries = new Map<string, { readonly value: V; readonly until: number }>();
  const live = (key: string): { readonly value: V; readonly until: number } | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.until > clock() ? entry : undefined;
  };
  return {
    get: (key) => live(key)?.value,
    set: (key, value, lifeMs) => {
      entries.set(key, { value, until: Math.max(live(key)?.until ?? 0, clock() + lifeMs) });
    },
    delete: (key) => void entries.delete(key),
    tidy: () => {
      for (const key of entries.keys()) if (live(key) === undefined) entries.delete(key);
    },
    size: () => entries.size,
    clear: () => {
      entries.clear();
    },
  };
}

interface Gate {
  /** Theoretical arrival time: when the next call fits the pace. */
  readonly tat: number;
  readonly intervalMs: number;
  readonly burstMs: number;
  readonly blockedUntil: number;
}

const OPEN_GATE: Gate = { tat: 0, intervalMs: 0, burstMs: 0, blockedUntil: 0 };
const TIDY_EVERY_MS = 1000;

type Memory = ReturnType<typeof createMemory>;

function createMemory(clock: () => number) {
  const stores = {
    alive: createExpiring<true>(clock),
    /** Per user the deadlines of the calls. */
    outstanding: createExpiring<Map<string, number>>(clock),
    virtualTime: createExpiring<number>(clock),
    tags: createExpiring<number>(clock),
    cancelled: createExpiring<true>(clock),
    claims: createExpiring<true>(clock),
    gates: createExpiring<Gate>(clock),
    replies: createExpiring<readonly Buffer[]>(clock),
  };
  const all = Object.values(stores);
  let tidied = clock();
  return {
    ...stores,
    tidy: () => {
      if (clock() - tidied < TIDY_EVERY_MS) return;
      tidied = clock();
      for (const store of all) store.tidy();
    },
    size: () => all.reduce((sum, store) => sum + store.size(), 0),
    clear: () => {
      for (const store of all) store.clear();
    },
  };
}

function countOutstanding({ outstanding }: Memory, { user, now }: Admission): number {
  const places = outstanding.get(user) ?? new Map<string, number>();
  for (const [callId, deadline] of places) if (deadline <= now) places.delete(callId);
  return places.size;
}

function holdPlace({ outstanding }: Memory, { user, callId, deadline, now }: Admission): void {
  const places = outstanding.get(user) ?? new Map<string, number>();
  outstanding.set(user, places.set(callId, deadline), deadline - now);
}

function nextTag({ virtualTime, tags }: Memory, { kind, user }: Admission): number {
  const key = `${kind}:${user}`;
  const virtual = virtualTime.get(kind) ?? 0;
  const last = tags.get(key) ?? 0;
  const tag = Math.max(virtual, last > virtual + rules.tagWindow ? 0 : last) + 1;
  if (tag > rules.maxTag) virtualTime.set(kind, 0, rules.virtualTimeMs);
  const fresh = tag > rules.maxTag ? 1 : tag;
  tags.set(key, fresh, rules.tagMs);
  return fresh;
}

function enter(memory: Memory, call: Entry): Entered {
  if (memory.cancelled.get(call.callId) === true) return { verdict: 'cancelled' };
  if (memory.alive.get(call.api) === undefined) return { verdict: 'orphan' };
  if (call.now >= call.deadline) return { verdict: 'expired' };
  const { verdict, waitMs } = passGates(memory, call, call.reserved);
  if (verdict !== 'go') return { verdict, waitMs };
  if (call.kind === 'write') {
    if (memory.claims.get(call.callId) === true) return { verdict: 'claimed' };
    memory.claims.set(call.callId, true, call.claimMs);
  }
  advance(memory, call);
  return { verdict: 'go' };
}

function advance({ virtualTime }: Memory, { kind, priority }: Pick<Entry, 'kind' | 'priority'>): void {
  const virtual = virtualTime.get(kind) ?? 0;
  const isAhead = priority > virtual && priority <= virtual + rules.tagWindow;
  virtualTime.set(kind, isAhead ? priority : virtual, rules.virtualTimeMs);
}

/** A gate is charged for its own slot, not for the latest one: a blocked token must not push back the host that it shares. */
function passGates({ gates }: Memory, { gates: names, deadline, now }: Slot, reserved: boolean): Reserved {
  const passes = names.map((name) => ({ name, ...passOf(gates.get(name) ?? OPEN_GATE, now) }));
  if (reserved && passes.every(({ gate }) => gate.blockedUntil <= now)) return { verdict: 'go', waitMs: 0 };
  const waitMs = Math.ceil(Math.max(0, ...passes.map((pass) => pass.slot - now)));
  if (now + waitMs > deadline) return { verdict: 'limited', waitMs };
  for (const { name, gate, tat } of passes)
    if (tat !== undefined) gates.set(name, { ...gate, tat }, tat - now + rules.blockSpacingMs);
  return { verdict: waitMs > 0 ? 'wait' : 'go', waitMs };
}

interface Pass {
  readonly gate: Gate;
  readonly slot: number;
  /** The gate's next arrival time, or nothing where passing is free. */
  readonly tat: number | undefined;
}

function passOf(gate: Gate, now: number): Pass {
  const start = Math.max(now, gate.blockedUntil, gate.tat);
  if (gate.intervalMs === 0) {
    const isFree = start === now;
    return { gate, slot: start, tat: isFree ? undefined : start + rules.blockSpacingMs };
  }
  const slot = gate.blockedUntil > now ? start : Math.max(now, gate.tat - gate.burstMs);
  return { gate, slot, tat: start + gate.intervalMs };
}

function learn({ gates }: Memory, { gate: name, now, intervalMs, burstMs, blockedUntil }: Lesson): void {
  const known = gates.get(name) ?? OPEN_GATE;
  const isLifted = intervalMs === 0 && known.intervalMs > 0;
  const gate: Gate = {
    tat: isLifted ? 0 : known.tat,
    intervalMs: intervalMs ?? known.intervalMs,
    burstMs: burstMs ?? known.burstMs,
    blockedUntil: Math.max(known.blockedUntil, blockedUntil ?? 0),
  };
  gates.set(name, gate, rules.gateMs + Math.max(0, gate.tat - now, gate.blockedUntil - now));
}

interface Listeners {
  add(listener: (text: string) => void): Subscription;
  tell(text: string): void;
}

function createListeners(): Listeners {
  const listeners = new Set<{ readonly hear: (text: string) => void }>();
  return {
    add: (listener) => {
      const entry = { hear: listener };
      listeners.add(entry);
      return { close: async () => void listeners.delete(entry) };
    },
    tell: (text) => {
      for (const { hear } of listeners) hear(text);
    },
  };
}
