import type { Admission, Admitted, Coordinator, Entered, Entry, Place, Subscription } from './coordinator.ts';
import { createExpiring } from './expiring.ts';
import { orderOf } from './gate.ts';
import { createMemoryGates } from './gates-memory.ts';
import { rules } from './scripts/rules.ts';

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
    cancel: async (callId, unless) => {
      const isClaimed = memory.claims.get(callId) === true;
      if (isClaimed && unless === 'claimed') return { isClaimed };
      memory.cancelled.set(callId, true, rules.cancelMs);
      memory.gates.leave(callId);
      cancelled.tell(callId);
      return { isClaimed };
    },
    onCancel: async (listener) => cancelled.add(listener),
    announce: async (words) => {
      announced.tell(words);
    },
    onAnnounce: async (listener) => announced.add(listener),
    size: () => memory.size(),
    close: async () => {
      memory.clear();
    },
  };
}

type Calls = Omit<Coordinator, 'reply' | 'receive' | 'cancel' | 'onCancel' | 'announce' | 'onAnnounce' | 'close'>;

function coordinateCalls(memory: Memory): Calls {
  const { gates } = memory;
  return {
    admit: async (call) => {
      memory.tidy();
      memory.alive.set(call.api, true, rules.aliveMs);
      return admit(memory, call);
    },
    leave: async (place) => {
      leave(memory, place);
    },
    beat: async (api) => {
      memory.tidy();
      memory.alive.set(api, true, rules.aliveMs);
      return { workers: memory.workers.size() };
    },
    beatWorker: async (worker) => {
      memory.workers.set(worker, true, rules.workerAliveMs);
    },
    leaveWorker: async (worker) => {
      memory.workers.delete(worker);
    },
    enter: async (call) => {
      memory.tidy();
      return enter(memory, call);
    },
    reserve: async (slot) => gates.pass(slot, orderOf(slot)),
    unclaim: async (callId) => {
      memory.claims.delete(callId);
    },
    learn: gates.learn,
    judge: gates.judge,
  };
}

function leave({ outstanding }: Memory, { user, callId }: Place): void {
  for (const key of [`user:${user}`, 'all']) {
    const places = outstanding.get(key);
    places?.delete(callId);
    if (places?.size === 0) outstanding.delete(key);
  }
}

function carryReplies(memory: Memory): Pick<Coordinator, 'reply' | 'receive'> {
  const { alive, replies } = memory;
  const receivers = new Map<string, (message: Buffer) => void>();
  return {
    reply: async (api, message, ended) => {
      if (ended !== undefined) leave(memory, ended);
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

const TIDY_EVERY_MS = 1000;

type Memory = ReturnType<typeof createMemory>;

function createMemory(clock: () => number) {
  const stores = {
    alive: createExpiring<true>(clock),
    workers: createExpiring<true>(clock),
    /** Per user, and for all, the deadlines of the calls. */
    outstanding: createExpiring<Map<string, number>>(clock),
    virtualTime: createExpiring<number>(clock),
    tags: createExpiring<number>(clock),
    cancelled: createExpiring<true>(clock),
    claims: createExpiring<true>(clock),
    replies: createExpiring<readonly Buffer[]>(clock),
  };
  const gates = createMemoryGates(clock);
  const all = [...Object.values(stores), gates];
  let tidied = clock();
  return {
    ...stores,
    gates,
    tidy: () => {
      // Dead workers are counted by what is left.
      stores.workers.tidy();
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

function admit(memory: Memory, call: Admission): Admitted {
  const { workers, outstanding } = memory;
  const counted = [
    { full: 'user', key: `user:${call.user}`, cap: call.cap },
    { full: 'all', key: 'all', cap: call.capOfAll },
  ] as const;
  for (const { full, key, cap } of counted) {
    const places = outstanding.get(key) ?? new Map<string, number>();
    for (const [callId, deadline] of places) if (deadline <= call.now) places.delete(callId);
    if (places.size >= cap) return { admitted: false, full, outstanding: places.size, workers: workers.size() };
  }
  startAgainIfIdle(memory, call);
  for (const { key } of counted) {
    const places = outstanding.get(key) ?? new Map<string, number>();
    outstanding.set(key, places.set(call.callId, call.deadline), call.deadline - call.now);
  }
  const priority = nextTag(memory, call);
  const virtualTime = memory.virtualTime.get(call.kind) ?? 0;
  return { admitted: true, priority, virtualTime, workers: workers.size() };
}

/** Before the call itself is counted. */
function startAgainIfIdle({ outstanding, virtualTime }: Memory, { kind }: Admission): void {
  const isIdle = (outstanding.get('all')?.size ?? 0) === 0;
  const isHigh = (virtualTime.get(kind) ?? 0) > rules.idleTag;
  if (isIdle && isHigh) virtualTime.set(kind, 0, rules.virtualTimeMs);
}

function nextTag({ virtualTime, tags }: Memory, { kind, flow, step, foretold }: Admission): number {
  const key = `${kind}:${flow}`;
  const virtual = virtualTime.get(kind) ?? 0;
  const last = tags.get(key) ?? 0;
  const before = last > virtual + rules.tagWindow ? 0 : last;
  const tag = foretold === undefined ? Math.max(virtual, before) + step : Math.max(before, foretold);
  if (tag > rules.maxTag) virtualTime.set(kind, 0, rules.virtualTimeMs);
  const fresh = tag > rules.maxTag ? 1 : tag;
  tags.set(key, fresh, rules.tagMs);
  return fresh;
}

function enter(memory: Memory, call: Entry): Entered {
  const away = awayOf(memory, call);
  // Reads and writes have a virtual time each: only what is left to it can be compared.
  const passed = away ?? memory.gates.pass(call, call.priority - (memory.virtualTime.get(call.kind) ?? 0));
  if (away !== undefined || passed.verdict === 'unavailable') memory.gates.leave(call.callId);
  if (passed.verdict !== 'go') return passed;
  if (call.kind === 'write') {
    if (memory.claims.get(call.callId) === true) return { verdict: 'claimed' };
    memory.claims.set(call.callId, true, call.claimMs);
  }
  advance(memory, call);
  return passed;
}

/** Why the call is not begun any more. */
function awayOf({ cancelled, alive }: Memory, call: Entry): Entered | undefined {
  if (cancelled.get(call.callId) === true) return { verdict: 'cancelled' };
  if (alive.get(call.api) === undefined) return { verdict: 'orphan' };
  return call.now >= call.deadline ? { verdict: 'expired' } : undefined;
}

function advance({ virtualTime }: Memory, { kind, priority }: Pick<Entry, 'kind' | 'priority'>): void {
  const virtual = virtualTime.get(kind) ?? 0;
  const isAhead = priority > virtual && priority <= virtual + rules.tagWindow;
  virtualTime.set(kind, isAhead ? priority : virtual, rules.virtualTimeMs);
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
