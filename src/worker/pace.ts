import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Gate } from '../queue/coordinator.ts';
import { allowedIn, Later, limited, unavailable, WORTH_TELLING_MS } from '../queue/turn.ts';
import type { Turn } from '../queue/turn.ts';

interface Slot {
  readonly turn: Pick<Turn, 'reserve' | 'progress'>;
  readonly gates: readonly Gate[];
  readonly signal: AbortSignal;
  /** Whether the call may go back to the queue for a long wait. */
  readonly mayComeAgain: boolean;
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
    // So long a wait gives the place in the worker to another call; one that GitLab has answered keeps it, or it would never end.
    if (mayComeAgain) throw new Later(waitMs);
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
