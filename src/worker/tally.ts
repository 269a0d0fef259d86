import type { GitLabClient } from '../gitlab/client.ts';
import { GitLabFailure } from '../gitlab/failure.ts';
import type { Call, Facts } from '../queue/call.ts';
import type { Past } from '../queue/past.ts';
import type { Turn } from '../queue/turn.ts';

interface TallyOptions {
  readonly call: Pick<Call, 'askedAt'>;
  readonly client: GitLabClient;
  readonly turn: Turn;
  readonly now: () => number;
}

/** Watches one call: what it does goes through `client` and `turn`. */
export interface Tally {
  readonly client: GitLabClient;
  readonly turn: Turn;
  readonly facts: () => Facts;
  /** What a further turn of the call adds to its own. */
  readonly past: () => Past;
}

interface Seen {
  attempts: number;
  /** Time in which at least one request waits for its place, up to `heldUntil`. */
  heldMs: number;
  heldUntil: number;
  throttled: number;
  requestId?: string | undefined;
}

export function createTally({ call, client, turn, now }: TallyOptions): Tally {
  const begun = now();
  // The clocks of two machines may differ.
  const queuedMs = Math.max(0, begun - (call.askedAt ?? begun));
  const seen: Seen = { ...turn.past, heldMs: 0, heldUntil: begun };
  return {
    client: {
      ...client,
      send: async (request, sending) => {
        seen.attempts += 1;
        try {
          const response = await client.send(request, sending);
          seen.requestId = response.headers['x-request-id'];
          return response;
        } catch (error) {
          if (error instanceof GitLabFailure) {
            seen.requestId = error.requestId;
            if (error.status === 429) seen.throttled += 1;
          }
          throw error;
        }
      },
    },
    turn: {
      ...turn,
      reserve: async (gates) => {
        const reserved = await turn.reserve(gates);
        if (reserved.verdict === 'wait') hold(seen, now(), reserved.waitMs);
        return reserved;
      },
    },
    past: () => ({ attempts: seen.attempts, throttled: seen.throttled }),
    facts: () => {
      const { attempts, heldUntil, throttled, requestId } = seen;
      // A wait may be broken off.
      const heldMs = seen.heldMs - Math.max(0, heldUntil - now());
      const runMs = Math.max(0, now() - begun - heldMs);
      return {
        attempts,
        waitMs: queuedMs + heldMs,
        runMs,
        ...(throttled > 0 && { throttled }),
        ...(requestId !== undefined && { requestId }),
      };
    },
  };
}

/** Requests may wait at once: that time counts once. */
function hold(seen: Seen, from: number, waitMs: number): void {
  const until = Math.max(seen.heldUntil, from + waitMs);
  seen.heldMs += until - Math.max(seen.heldUntil, from);
  seen.heldUntil = until;
}
