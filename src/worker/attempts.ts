import { setTimeout as sleep } from 'node:timers/promises';
import pRetry from 'p-retry';
import { Failure } from '../errors.ts';
import { GitLabFailure } from '../gitlab/failure.ts';
import type { GitLabResponse } from '../gitlab/request.ts';
import type { Turn } from '../queue/turn.ts';
import type { RetryClass } from '../tools/facts.ts';
import { waitForSlot } from './pace.ts';

interface Attempts {
  /** One try. */
  readonly send: () => Promise<GitLabResponse>;
  readonly retryClass: RetryClass;
  readonly turn: Turn;
  readonly signal: AbortSignal;
  /** Whether the call may go back to the queue for a long wait: not after it has written something. */
  readonly mayComeAgain: () => boolean;
  readonly now: () => number;
  readonly random: () => number;
}

const MAX_RETRIES = 4;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 4000;
/** Where GitLab's 429 does not say how long to wait. */
const UNSAID_WAIT_MS = 1000;
/** A 429 that says "at once" would otherwise be asked again and again until the deadline. */
const SHORTEST_WAIT_MS = 100;
/** GitLab's periods are shorter: one wrong header of a proxy must not shut a token out for good. */
const LONGEST_BLOCK_MS = 3_600_000;

const isThrottled = (error: unknown): boolean => error instanceof GitLabFailure && error.status === 429;

/** DESIGN section 7: what did not reach GitLab may always go again; what may have acted only if twice is as good as once. */
export function mayRepeat(error: unknown, retryClass: RetryClass): boolean {
  if (!(error instanceof GitLabFailure)) return false;
  if (isThrottled(error)) return true;
  const passing = ['GITLAB_FAILED', 'GITLAB_UNREACHABLE', 'GITLAB_TIMEOUT'].includes(error.code);
  return passing && (error.acted === 'no' || retryClass !== 'once');
}

/** A random share of a wait that doubles: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (full jitter). */
export function backoffMs(retry: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (retry - 1)));
}

const reason = ({ status, code }: GitLabFailure): string => (status === undefined ? code : String(status));

/** GitLab allows nothing more of this token for a while: the whole cluster learns it, then this call waits like any other. */
async function waitOut(error: GitLabFailure, attempts: Attempts): Promise<void> {
  const { turn, signal, now, mayComeAgain } = attempts;
  const said = error.retryAfterMs ?? UNSAID_WAIT_MS;
  await turn.learn({ blockedUntil: now() + Math.min(LONGEST_BLOCK_MS, Math.max(SHORTEST_WAIT_MS, said)) });
  await waitForSlot({ turn, signal, mayComeAgain: mayComeAgain() });
}

/** Sends a request until it succeeds, may not be sent again, or has failed too often. */
export async function withAttempts(attempts: Attempts): Promise<GitLabResponse> {
  const { send, retryClass, turn, signal, random } = attempts;
  return pRetry(send, {
    retries: MAX_RETRIES,
    minTimeout: 0,
    factor: 1,
    signal,
    // A throttled request was not tried: it only waits.
    shouldConsumeRetry: ({ error }) => !isThrottled(error),
    onFailedAttempt: async ({ error, retriesLeft, retriesConsumed }) => {
      if (error instanceof GitLabFailure && isThrottled(error)) return waitOut(error, attempts);
      if (retriesLeft === 0 || !(error instanceof GitLabFailure) || !mayRepeat(error, retryClass)) throw error;
      const retry = retriesConsumed + 1;
      turn.progress(`retry ${String(retry)} of ${String(MAX_RETRIES)} after ${reason(error)}`);
      await sleep(backoffMs(retry, random), undefined, { signal }).catch(() => {
        throw signal.reason instanceof Failure ? signal.reason : error;
      });
    },
  });
}
