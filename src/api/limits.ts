import { Failure } from '../errors.ts';

interface LimitsOptions {
  /** Most calls of one caller in any minute. */
  readonly perMinute: number;
  /** Most calls of all callers at once. */
  readonly inFlight: number;
  readonly now: () => number;
}

export interface Limits {
  /** Lets a call in, or throws BUSY with how long to wait; what it returns is to be called when the call is over. */
  readonly enter: (caller: string) => () => void;
}

const MINUTE_MS = 60_000;
const SLICE_MS = 10_000;
/** Callers that are remembered; beyond them the one that has been silent for longest is forgotten. */
const MAX_CALLERS = 10_000;
const FULL_WAIT_MS = 1000;

/** The calls of one caller that began in one sixth of a minute. */
interface Slice {
  readonly start: number;
  readonly count: number;
}

const total = (slices: readonly Slice[]): number => slices.reduce((sum, { count }) => sum + count, 0);

/** What this replica takes on. A slice counts until its last moment is a minute old, so that no minute ever holds more. */
export function createLimits({ perMinute, inFlight, now }: LimitsOptions): Limits {
  const callers = new Map<string, readonly Slice[]>();
  let underWay = 0;

  const count = (caller: string): void => {
    const at = now();
    const start = at - (at % SLICE_MS);
    const recent = (callers.get(caller) ?? []).filter((slice) => slice.start > at - MINUTE_MS - SLICE_MS);
    const [oldest] = recent;
    if (oldest !== undefined && total(recent) >= perMinute) {
      throw busy(`You have made ${String(perMinute)} calls in a minute`, oldest.start + MINUTE_MS + SLICE_MS - at);
    }
    const current = recent.find((slice) => slice.start === start)?.count ?? 0;
    callers.delete(caller);
    callers.set(caller, [...recent.filter((slice) => slice.start !== start), { start, count: current + 1 }]);
    const [silent] = callers.keys();
    if (callers.size > MAX_CALLERS && silent !== undefined) callers.delete(silent);
  };

  return {
    enter: (caller) => {
      if (underWay >= inFlight) throw busy(`This server has ${String(inFlight)} calls under way`, FULL_WAIT_MS);
      count(caller);
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
  };
}

const busy = (what: string, retryAfterMs: number): Failure =>
  new Failure('BUSY', `${what}, which is its limit; call again in ${String(Math.ceil(retryAfterMs / 1000))} s.`, {
    retryAfterMs,
  });
