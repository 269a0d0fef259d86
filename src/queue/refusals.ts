import type { FailureData } from '../errors.ts';

/** What the client hears where GitLab's limit leaves no place in time. */
export function limited(waitMs: number): FailureData {
  const seconds = String(Math.ceil(waitMs / 1000));
  const detail = `GitLab's rate limit leaves no place for this call before its deadline; call again in ${seconds} s.`;
  return { code: 'GITLAB_RATE_LIMITED', detail, retryAfterMs: waitMs };
}

/** What the client hears while the breaker is open. */
export function unavailable(waitMs: number): FailureData {
  const seconds = String(Math.ceil(waitMs / 1000));
  const detail = `GitLab has failed again and again, so it is not asked for now; call again in ${seconds} s.`;
  return { code: 'GITLAB_UNAVAILABLE', detail, retryAfterMs: waitMs };
}

/** A call's turn came too late. */
export const EXPIRED: FailureData = {
  code: 'DEADLINE_EXCEEDED',
  detail: 'The call waited in the queue until its deadline.',
};

/** Its replica may have been cut off from Redis, and come back with its callers. */
export const UNHEARD: FailureData = {
  code: 'QUEUE_UNAVAILABLE',
  detail: "When the call's turn came, Redis had not heard from its server for too long, so it was not started.",
};
