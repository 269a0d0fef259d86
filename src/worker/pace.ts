import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Gate } from '../queue/coordinator.ts';
import { limited, unavailable } from '../queue/refusals.ts';
import { allowedIn, Later, WORTH_TELLING_MS } from '../queue/turn.ts';
import type { Turn } from '../queue/turn.ts';

interface Slot {
  readonly turn: Pick<Turn, 'reserve' | 'progress'>;
  readonly gates: readonly Gate[];
  readonly signal: AbortSignal;
  /** Whether the call may go back to the queue for a long wait. */
  readonly mayComeAgain: () => boolean;
}

/** Leads the requests of one call through the gates. */
export interface Pace {
  /** Waits until a request may be sent; it then is on its way. */
  readonly pass: (gates: readonly Gate[]) => Promise<void>;
  /** One that was on its way is not any more. */
  readonly end: () => void;
  /** GitLab has answered a request, or may have acted on it. */
  readonly acted: () => void;
}

interface PaceOptions extends Pick<Slot, 'signal'> {
  readonly turn: Pick<Turn, 'reserve' | 'progress' | 'passed'>;
  readonly now: () => number;
}

export function createPace({ turn, signal, now }: PaceOptions): Pace {
  // Each request and each wait listens, and a call may have many at once.
  setMaxListeners(0, signal);
  const requests = { onTheirWay: 0, haveActed: false };
  // Requests that wait at once wait for the same.
  let said: string | undefined;
  const progress: Turn['progress'] = (message) => {
    if (message !== said) turn.progress(message);
    said = message;
  };
  /**
   * After a wait in the queue a call begins anew: nobody would know of a write that may have happened, and what it has read, or
   * another of its requests is just reading, was in vain.
   */
  const mayComeAgain = (): boolean => !requests.haveActed && requests.onTheirWay === 0;
  // Noted here and not by who waits: in between, another request may be told to wait.
  const reserve: Turn['reserve'] = async (gates) => {
    const reserved = await turn.reserve(gates);
    if (reserved.verdict === 'go') {
      requests.onTheirWay += 1;
      said = undefined;
    }
    return reserved;
  };
  // What was charged when the call's turn came counts once, for the first request that passes there in time.
  const charged = new Set(turn.passed.gates.map(({ key }) => key));
  return {
    pass: async (all) => {
      if (now() > turn.passed.until) charged.clear();
      const left = all.filter(({ key }) => !charged.delete(key));
      if (left.length === 0) requests.onTheirWay += 1;
      else await waitForSlot({ turn: { reserve, progress }, gates: left, signal, mayComeAgain });
    },
    end: () => {
      requests.onTheirWay -= 1;
    },
    acted: () => {
      requests.haveActed = true;
    },
  };
}

/** Waits until GitLab's limits, shared by all workers, have a place for one more request. */
export async function waitForSlot(slot: Slot): Promise<void> {
  const { turn, gates, signal, mayComeAgain } = slot;
  const reserved = await turn.reserve(gates);
  if (reserved.verdict === 'go') return;
  const { verdict, waitMs } = reserved;
  if (verdict === 'limited') throw failureOf(limited(waitMs));
  if (verdict === 'unavailable') throw failureOf(unavailable(waitMs));
  if (waitMs >= WORTH_TELLING_MS) {
    turn.progress(allowedIn(waitMs));
    // So long a wait gives the place in the worker to another call; one that GitLab answers keeps it, or it would never end.
    if (mayComeAgain()) throw new Later(waitMs);
  }
  await pause(waitMs, signal);
  return waitForSlot(slot);
}

/** Rejects when the signal ends it, with its reason where that is a failure: a deadline is no fault of the server's. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch((error: unknown) => {
    throw signal.reason instanceof Failure ? signal.reason : error;
  });
}

const failureOf = ({ code, detail, retryAfterMs }: FailureData): Failure => new Failure(code, detail, { retryAfterMs });
