import type { GitLabFailure } from '../gitlab/failure.ts';
import { readRateLimit } from '../gitlab/headers.ts';
import type { RateLimit, ResponseHeaders } from '../gitlab/headers.ts';
import type { Lesson, Limit } from '../queue/coordinator.ts';
import type { Turn } from '../queue/turn.ts';
import type { RequestGates } from './gates.ts';
import { rateWindowOf } from './rate-window.ts';
import type { KnownLimit } from './rate-window.ts';

type Teacher = Pick<Turn, 'learn'>;

/** What GitLab's answers teach of the gates that their requests passed. */
export interface Lessons {
  readonly fromAnswer: (teacher: Teacher, gates: RequestGates, headers: ResponseHeaders) => void;
  /** Resolves once all workers know of a refusal, with the gate that it closed. */
  readonly fromFailure: (teacher: Teacher, gates: RequestGates, failure: Failed) => Promise<string | undefined>;
}

type Failed = Pick<GitLabFailure, 'status' | 'rateLimit' | 'retryAfterMs'>;

/** Where GitLab's 429 does not say how long to wait. */
const UNSAID_WAIT_MS = 1000;
/** A 429 that says "at once" would otherwise be asked again and again until the deadline. */
const SHORTEST_WAIT_MS = 100;
/** GitLab's periods are shorter: one wrong header of a proxy must not shut a token out for good. */
const LONGEST_BLOCK_MS = 3_600_000;
/** The coordinator is told of one gate so often at most … */
const EVERY_MS = 250;
/** … and this often where it would hardly hear anything new: it counts what these workers ask by itself. */
const SAME_EVERY_MS = 2000;
/** So little of its limit, used since then, is hardly anything new; that others use the same token shows soon enough. */
const LITTLE = 0.02;
/** Less than this part of a limit is left: everything is told. */
const SCARCE = 0.2;
/** A limit of so few is told each time: what came late and was counted into GitLab's next period is much of it. */
const FEW = 50;
const MAX_KEPT = 10_000;

/** What this worker last told of a gate. */
interface Told {
  readonly at: number;
  readonly known: KnownLimit | undefined;
  readonly window: Lesson['window'];
}

interface LessonsOptions {
  readonly now: () => number;
  readonly maxKept?: number;
}

export function createLessons({ now, maxKept = MAX_KEPT }: LessonsOptions): Lessons {
  // Insertion order is the order of telling: the first one was told longest ago.
  const told = new Map<string, Told>();
  const keep = (gate: string, known: KnownLimit | undefined, window?: Lesson['window']): void => {
    told.delete(gate);
    told.set(gate, { at: now(), known, window });
    const [oldest] = told.keys();
    if (told.size > maxKept && oldest !== undefined) told.delete(oldest);
  };

  /** Left out where the gate's state was told just now; the call does not wait for it. */
  const mention = (teacher: Teacher, gate: string, rateLimit: RateLimit | undefined): void => {
    const last = told.get(gate);
    const window = rateLimit && rateWindowOf({ rateLimit, isRefused: false, known: last?.known, now: now() });
    if (last !== undefined && now() - last.at < pauseMs(last.window, window)) return;
    keep(gate, window ? { ...window, shown: rateLimit?.limit } : last?.known, window);
    teacher.learn({ gate, window }).catch(() => undefined);
  };

  const mentionAll = (teacher: Teacher, gates: RequestGates, rateLimit: RateLimit): void => {
    const gate = gateOf(rateLimit.name, gates);
    mention(teacher, gate, rateLimit);
    // Where another limit is told, nothing is said of the token's.
    if (gate !== gates.token) mention(teacher, gates.token, undefined);
  };

  const refuse = async (teacher: Teacher, gates: RequestGates, failure: Failed): Promise<string> => {
    const { rateLimit, retryAfterMs } = failure;
    const gate = refusingGate(rateLimit, gates);
    const last = told.get(gate)?.known;
    const window = isExhausted(rateLimit)
      ? rateWindowOf({ rateLimit, isRefused: true, known: last, now: now() })
      : undefined;
    keep(gate, window ? { ...window, shown: rateLimit?.limit } : last, window);
    const waitMs = Math.min(LONGEST_BLOCK_MS, Math.max(SHORTEST_WAIT_MS, retryAfterMs ?? UNSAID_WAIT_MS));
    const isUnsaid = retryAfterMs === undefined;
    await teacher.learn({ gate, window, blockedUntil: now() + waitMs, isUnsaid });
    if (rateLimit !== undefined && !isExhausted(rateLimit)) mentionAll(teacher, gates, rateLimit);
    return gate;
  };

  return {
    fromAnswer: (teacher, gates, headers) => {
      mentionAll(teacher, gates, readRateLimit(headers, now()));
    },
    fromFailure: async (teacher, gates, failure) => {
      const { status, rateLimit } = failure;
      if (status === 429) return refuse(teacher, gates, failure);
      // A failing proxy knows nothing of GitLab's limits.
      const isSilent = status === undefined || (status >= 500 && rateLimit?.limit === undefined);
      if (!isSilent && rateLimit !== undefined) mentionAll(teacher, gates, rateLimit);
      return undefined;
    },
  };
}

/** How long after a lesson the next one is told. */
function pauseMs(before: Lesson['window'], window: Lesson['window']): number {
  if (window !== undefined && isTight(window)) return 0;
  return isNews(before, window) ? EVERY_MS : SAME_EVERY_MS;
}

const isTight = ({ requests, used }: Limit & { readonly used: number }): boolean =>
  requests <= FEW || requests - used < SCARCE * requests;

/** Whether an answer speaks of another limit or period than what was told before, or much of it was used since. */
function isNews(before: Lesson['window'], window: Lesson['window']): boolean {
  if (before === undefined || window === undefined) return before !== window;
  const { requests, periodMs, resetAt, used } = window;
  const isOther = requests !== before.requests || periodMs !== before.periodMs || resetAt !== before.resetAt;
  return isOther || Math.abs(used - before.used) > LITTLE * requests;
}

const isExhausted = (rateLimit: RateLimit | undefined): rateLimit is RateLimit => rateLimit?.remaining === 0;

/**
 * RateLimit-* speak of the request throttle only. A 429 without them, or beside a throttle that has room, comes from an
 * application limit, which is one endpoint's: lib/gitlab/application_rate_limiter.rb
 */
function refusingGate(rateLimit: RateLimit | undefined, gates: RequestGates): string {
  return isExhausted(rateLimit) ? gateOf(rateLimit.name, gates) : (gates.endpointClass ?? gates.route ?? gates.token);
}

/**
 * The gate of a throttle of lib/gitlab/rack_attack.rb. Those of unauthenticated requests are met with a bad token: they
 * are no limit of the others at this address.
 */
function gateOf(throttle: string | undefined, gates: RequestGates): string {
  if (throttle?.endsWith('_ip') === true) return gates.host;
  const isOfToken = throttle === undefined || /unauthenticated|_authenticated_(?:api|web)$/u.test(throttle);
  return isOfToken ? gates.token : (gates.endpointClass ?? gates.token);
}
