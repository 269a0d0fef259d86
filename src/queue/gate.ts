import type { Gate, Lesson, Limit, Slot } from './coordinator.ts';
import { rules } from './scripts/rules.ts';

/**
 * What is known of one gate. GitLab counts requests in periods that begin at whole multiples of their length (Rack::Attack
 * and its own application limits: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/), so a gate
 * counts in the same periods. The Redis coordinator does this in Lua: scripts/gates.ts; one test suite holds both.
 */
export interface GateState {
  readonly blockedUntil: number;
  readonly limit: Limit | undefined;
  /** Where the periods begin, against whole multiples since the epoch. */
  readonly offsetMs: number;
  /** The period in which `used` was counted. */
  readonly start: number;
  readonly used: number;
  /** A limit given beforehand, where it is stricter than what GitLab says. */
  readonly given: Limit | undefined;
  /** How far apart requests go after refusals that named no limit, as of `unsaidAt`. */
  readonly spacingMs: number;
  readonly unsaidAt: number;
  /** When the next request fits that spacing. */
  readonly tat: number;
  readonly knownUntil: number;
  /** Until when the others wait for the answer of the one that went ahead. */
  readonly askingUntil: number;
}

export const OPEN_GATE: GateState = {
  blockedUntil: 0,
  limit: undefined,
  offsetMs: 0,
  start: 0,
  used: 0,
  given: undefined,
  spacingMs: 0,
  unsaidAt: 0,
  tat: 0,
  knownUntil: 0,
  askingUntil: 0,
};

const isStricter = (one: Limit, other: Limit): boolean => one.requests * other.periodMs < other.requests * one.periodMs;

const startOf = (limit: Limit, offsetMs: number, at: number): number =>
  Math.floor((at - offsetMs) / limit.periodMs) * limit.periodMs + offsetMs;

/** So long after its beginning nothing is sent in a period … */
const openMsOf = ({ periodMs }: Limit): number => Math.min(rules.openMs, periodMs * rules.openShare);

/** … and so long before its end nothing passes. */
const closeMsOf = ({ periodMs }: Limit): number => Math.min(rules.closeMs, periodMs * rules.closeShare);

/** What is used of a limit: never all of it, for another client may use the same token and clocks differ. */
function allowed({ requests }: Limit): number {
  return requests < 2 ? 1 : Math.max(1, Math.min(requests - 1, Math.floor(requests * rules.share)));
}

/**
 * What cannot be so far ahead was noted by a clock that has been set back since, and is forgotten; twice as far it may be, for
 * the workers' clocks differ. A block is kept: GitLab may ask for any.
 */
const unlessTooFar = (at: number, now: number, mostMs: number): number => (at > now + 2 * mostMs ? 0 : at);

/** The same of a period that begins more than one of its lengths from now. */
function counted(state: GateState, { periodMs }: Limit, now: number): Pick<GateState, 'start' | 'used'> {
  const { start, used } = state;
  return start > now + periodMs ? { start: 0, used: 0 } : { start, used };
}

/** The gate at this moment, with the limit that counts and the spacing that is left. */
export function present(state: GateState, { limit: given }: Pick<Gate, 'limit'>, now: number): GateState {
  const isGiven = given !== undefined && (state.limit === undefined || isStricter(given, state.limit));
  const limit = isGiven ? given : state.limit;
  const spacingMs = state.spacingMs * 0.5 ** (Math.max(0, now - state.unsaidAt) / rules.unsaidHalfLifeMs);
  return {
    ...state,
    limit,
    ...(limit !== undefined && counted(state, limit, now)),
    ...(isGiven && { given, offsetMs: 0 }),
    spacingMs: limit !== undefined || spacingMs < rules.blockSpacingMs ? 0 : spacingMs,
    tat: unlessTooFar(state.tat, now, rules.unsaidMostMs),
    askingUntil: unlessTooFar(state.askingUntil, now, rules.askFirstMs),
  };
}

/** Where a request of `reserve` stands among those who wait: before all, for its call runs, or behind all, for nobody waits for it. */
export const orderOf = ({ isSpare = false }: Pick<Slot, 'isSpare'>): number =>
  isSpare ? rules.maxTag + 1 : -rules.maxTag;

/** Milliseconds until a request may pass before which `rank` others wait. */
export function waitFor(gate: GateState, now: number, rank: number): number {
  return gate.limit === undefined
    ? waitSpaced(gate, now, rank)
    : waitCounted({ ...gate, limit: gate.limit }, now, rank);
}

function waitSpaced({ blockedUntil, spacingMs, tat }: GateState, now: number, rank: number): number {
  const from = Math.max(now, blockedUntil);
  if (spacingMs > 0) return Math.max(from, tat) - now + rank * spacingMs;
  return blockedUntil > now ? from - now + rank * rules.blockSpacingMs : 0;
}

interface Counted extends GateState {
  readonly limit: Limit;
}

/** Requests that are too many for this period are spread over the next ones. */
function waitCounted({ limit, offsetMs, blockedUntil, start, used }: Counted, now: number, rank: number): number {
  const { periodMs } = limit;
  const most = allowed(limit);
  const openMs = openMsOf(limit);
  const closeMs = closeMsOf(limit);
  const eachMs = (periodMs - openMs - closeMs) / most;
  const at = Math.max(now, blockedUntil);
  const current = startOf(limit, offsetMs, at);
  const period = at > current + periodMs - closeMs ? current + periodMs : current;
  const from = Math.max(at, period + openMs);
  const free = Math.max(0, most - (start >= period ? used : 0));
  if (rank < free) return from > now ? from - now + rank * eachMs : 0;
  const later = rank - free;
  return period + (1 + Math.floor(later / most)) * periodMs + openMs + (later % most) * eachMs - now;
}

/** How long a request that has passed may take to leave, so that GitLab counts it into the period in which it was counted here. */
export function goodFor({ limit, offsetMs }: GateState, now: number): number {
  if (limit === undefined) return Infinity;
  const end = startOf(limit, offsetMs, now) + limit.periodMs;
  return Math.max(1, Math.floor(end - rules.wayShare * closeMsOf(limit) - now));
}

/** What is new of the gate after one request has passed. */
export function charged(gate: GateState, now: number): Partial<GateState> {
  if (gate.limit !== undefined) {
    const start = startOf(gate.limit, gate.offsetMs, now);
    // A worker whose clock is behind counts into the period that another one has begun.
    return start > gate.start ? { start, used: 1 } : { start: gate.start, used: gate.used + 1 };
  }
  return gate.spacingMs > 0 ? { tat: Math.max(now, gate.tat) + gate.spacingMs } : {};
}

/** Whether one request has to find out what GitLab says of this gate: once, for who has waited in vain goes too. */
export function asks({ limit, knownUntil, askingUntil }: GateState, { asksFirst }: Gate, now: number): boolean {
  return asksFirst === true && limit === undefined && knownUntil < now && askingUntil === 0;
}

/** How long to wait for what such a request finds out: again soon at first, then less often. */
export function pauseFor({ askingUntil }: GateState, { asksFirst }: Gate, now: number): number {
  if (asksFirst !== true || askingUntil <= now) return 0;
  const since = now - (askingUntil - rules.askFirstMs);
  return Math.ceil(Math.min(askingUntil - now, Math.max(rules.askAgainMs, since)));
}

/** The gate after GitLab has said something of it. */
export function taught(state: GateState, lesson: Lesson): GateState {
  const { now, blockedUntil = 0, isUnsaid = false } = lesson;
  const gate = {
    ...withWindow(state, lesson),
    blockedUntil: Math.max(state.blockedUntil, blockedUntil),
    knownUntil: now + rules.gateMs,
    askingUntil: 0,
  };
  if (!isUnsaid) return gate;
  const { spacingMs, tat } = present(state, {}, now);
  const wider = Math.min(rules.unsaidMostMs, Math.max(rules.unsaidFirstMs, 2 * spacingMs));
  return { ...gate, spacingMs: wider, unsaidAt: now, tat: Math.max(now, tat) };
}

function withWindow(state: GateState, { window, now }: Lesson): GateState {
  if (window === undefined) return state;
  const { requests, periodMs, used, resetAt } = window;
  const limit = { requests, periodMs };
  // Where a stricter limit is given, its own periods are counted.
  if (state.given !== undefined && isStricter(state.given, limit)) return state;
  const start = resetAt - periodMs;
  const offsetMs = resetAt % periodMs;
  const before = counted(state, limit, now);
  const gate = { ...state, limit, offsetMs, spacingMs: 0 };
  if (before.start > start) return gate;
  return { ...gate, start, used: before.start === start ? Math.max(used, before.used) : used };
}
