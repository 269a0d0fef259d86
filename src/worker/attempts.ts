import pRetry from 'p-retry';
import { GitLabFailure } from '../gitlab/failure.ts';
import type { GitLabResponse } from '../gitlab/request.ts';
import type { Call } from '../queue/call.ts';
import type { Turn } from '../queue/turn.ts';
import type { RetryClass } from '../tools/facts.ts';
import { pause } from './pace.ts';

/** Hears of each failed request that may be sent again: after so long, or after a 429 when its gates let it. */
export type OnRetry = (failure: GitLabFailure, waitMs: number | undefined) => void;

interface Attempts {
  /** One try, which first waits for its place: after a 429 that is all the wait there is. */
  readonly send: () => Promise<GitLabResponse>;
  readonly retryClass: RetryClass;
  readonly call: Pick<Call, 'deadline'>;
  readonly turn: Pick<Turn, 'progress'>;
  readonly onRetry: OnRetry;
  readonly signal: AbortSignal;
  readonly now: () => number;
  readonly random: () => number;
}

const MAX_RETRIES = 5;
/** However short the dice made its waits, a request is not given up so soon after its first failure. */
const PATIENCE_MS = 10_000;
const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 4000;

const isThrottled = (error: unknown): error is GitLabFailure => error instanceof GitLabFailure && error.status === 429;

/** DESIGN section 7: what did not reach GitLab may always go again; what may have acted only if twice is as good as once. */
export function mayRepeat(error: unknown, retryClass: RetryClass): error is GitLabFailure {
  if (!(error instanceof GitLabFailure)) return false;
  if (error.status === 429) return true;
  const passing = ['GITLAB_FAILED', 'GITLAB_UNREACHABLE', 'GITLAB_TIMEOUT'].includes(error.code);
  return passing && (error.acted === 'no' || retryClass !== 'once');
}

/** A random share of a wait that doubles: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ (full jitter). */
export function backoffMs(retry: number, random: () => number): number {
  return Math.round(random() * Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (retry - 1)));
}

/** "retry 2 of 5 after 502" */
function wordsOf(retry: number, { status, code }: GitLabFailure): string {
  const which = retry > MAX_RETRIES ? String(retry) : `${String(retry)} of ${String(MAX_RETRIES)}`;
  return `retry ${which} after ${status === undefined ? code : String(status)}`;
}

/** Sends a request until it succeeds, may not be sent again, or has failed too often and for too long. */
export async function withAttempts(attempts: Attempts): Promise<GitLabResponse> {
  const { send, retryClass, call, turn, onRetry, signal, now, random } = attempts;
  let retries = 0;
  let failedAt: number | undefined;
  return pRetry(send, {
    // Counted here: those that were throttled were not tried.
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 0,
    // No signal, by which p-retry would throw an answer away that came at the deadline: tries and waits end by it themselves.
    onFailedAttempt: async ({ error }) => {
      if (isThrottled(error)) {
        onRetry(error, undefined);
        return;
      }
      failedAt ??= now();
      const isEnough = retries >= MAX_RETRIES && now() - failedAt >= PATIENCE_MS;
      if (isEnough || !mayRepeat(error, retryClass)) throw error;
      // As a 503 in maintenance says it; a caller who cannot wait so long hears the seconds now.
      const { retryAfterMs = 0 } = error;
      if (retryAfterMs > 0 && now() + retryAfterMs >= call.deadline) throw error;
      retries += 1;
      turn.progress(wordsOf(retries, error));
      const waitMs = Math.max(retryAfterMs, backoffMs(retries, random));
      onRetry(error, waitMs);
      await pause(waitMs, signal);
    },
  });
}
