import type { FailureData } from '../errors.ts';

/** What a caller hears while there is nobody to run its call. */
export const NO_WORKERS: FailureData = {
  code: 'NO_WORKERS',
  detail: 'No worker has been alive for some seconds; the call was not started.',
  retryAfterMs: 5000,
};

/** How long calls are still taken after the last sign of life of the last worker was heard of. */
const PATIENCE_MS = 2500;

/** What an API replica knows of the workers. */
export interface Workforce {
  /** So many workers live, says Redis. */
  readonly saw: (workers: number) => void;
  /** Redis cannot be asked, so nothing is known of them. */
  readonly lostSight: () => void;
  /** None has been alive for about five seconds. */
  readonly isGone: () => boolean;
}

export function createWorkforce({ now }: { readonly now: () => number }): Workforce {
  // A service that starts gives its workers the same time.
  let seenAt = now() + PATIENCE_MS;
  return {
    saw: (workers) => {
      if (workers > 0) seenAt = now();
    },
    lostSight: () => {
      seenAt = now();
    },
    isGone: () => now() - seenAt > PATIENCE_MS,
  };
}
