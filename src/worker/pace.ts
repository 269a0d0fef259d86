import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../errors.ts';
import type { Turn } from '../queue/turn.ts';
import { Later } from '../queue/turn.ts';

interface Slot {
  readonly turn: Turn;
  readonly signal: AbortSignal;
  readonly mayComeAgain: boolean;
}

/** A longer wait gives the place in the worker to another call. */
const LONGEST_WAIT_IN_PLACE_MS = 1000;

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** Waits until GitLab's limits, shared by all workers, have a place for one more request of this token. */
export async function waitForSlot({ turn, signal, mayComeAgain }: Slot): Promise<void> {
  const { verdict, waitMs } = await turn.reserve();
  if (verdict === 'go') return;
  if (verdict === 'limited') {
    const words = `GitLab's rate limit leaves no place for this call before its deadline; call again in ${seconds(waitMs)} s`;
    throw new Failure('GITLAB_RATE_LIMITED', words, { retryAfterMs: waitMs });
  }
  turn.progress(`GitLab allows this call in ${seconds(waitMs)} s`);
  if (mayComeAgain && waitMs > LONGEST_WAIT_IN_PLACE_MS) throw new Later(waitMs);
  await sleep(waitMs, undefined, { signal }).catch((error: unknown) => {
    // The reason says more than that the wait was aborted: a deadline is no fault of the server's.
    throw signal.reason instanceof Failure ? signal.reason : error;
  });
}
