import type { GitLabClient } from '../gitlab/client.ts';
import { GitLabFailure, whyOf } from '../gitlab/failure.ts';
import type { Log } from '../log.ts';
import type { Call, Facts } from '../queue/call.ts';
import { factsOf } from '../queue/past.ts';
import type { Past } from '../queue/past.ts';
import type { Turn } from '../queue/turn.ts';
import type { OnRetry } from './attempts.ts';

interface TallyOptions {
  readonly call: Pick<Call, 'id' | 'askedAt'>;
  readonly client: GitLabClient;
  readonly turn: Turn;
  readonly now: () => number;
  readonly log: Log;
}

/** Watches one call: what it does goes through `client`, `turn` and `onRetry`. */
export interface Tally {
  readonly client: GitLabClient;
  readonly turn: Turn;
  readonly onRetry: OnRetry;
  /** With the error that ended the call, if one did. */
  readonly facts: (error?: unknown) => Facts;
  /** What a further turn of the call adds to its own. */
  readonly past: () => Past;
}

type Waiting = 'gateMs' | 'backoffMs';

/** A time in which at least one request waits; no two of them overlap. */
interface Wait {
  readonly kind: Waiting;
  readonly from: number;
  readonly until: number;
}

interface Seen {
  attempts: number;
  throttled: number;
  readonly waits: Wait[];
  requestId?: string | undefined;
  /** Why the last request failed, if it did. */
  why?: string | undefined;
}

export function createTally({ call, client, turn, now, log }: TallyOptions): Tally {
  const { attempts, throttled, why, ...before } = turn.past;
  const begun = now();
  const seen: Seen = { attempts, throttled, why, waits: [] };
  const past = (): Past => {
    const gateMs = waited(seen, 'gateMs', now());
    const backoffMs = waited(seen, 'backoffMs', now());
    return {
      attempts: seen.attempts,
      throttled: seen.throttled,
      gateMs: before.gateMs + gateMs,
      backoffMs: before.backoffMs + backoffMs,
      runMs: before.runMs + Math.max(0, now() - begun - gateMs - backoffMs),
      ...(seen.why !== undefined && { why: seen.why }),
    };
  };
  return {
    client: watched(client, seen),
    turn: {
      ...turn,
      reserve: async (gates) => {
        const reserved = await turn.reserve(gates);
        if (reserved.verdict === 'wait') hold(seen, { kind: 'gateMs', from: now(), waitMs: reserved.waitMs });
        return reserved;
      },
    },
    onRetry: ({ why: reason, retryAfterMs }, waitMs) => {
      if (waitMs !== undefined) hold(seen, { kind: 'backoffMs', from: now(), waitMs });
      const said = { callId: call.id, attempt: seen.attempts, why: reason, waitMs: waitMs ?? retryAfterMs };
      log.debug(said, 'a request is to be sent again');
    },
    past,
    facts: (error) => {
      const { requestId } = seen;
      const reason = error === undefined ? undefined : (whyOf(error) ?? seen.why);
      // The clocks of two machines may differ.
      return {
        ...factsOf(past(), now() - (call.askedAt ?? now())),
        ...(requestId !== undefined && { requestId }),
        ...(reason !== undefined && { why: reason }),
      };
    },
  };
}

function watched(client: GitLabClient, seen: Seen): GitLabClient {
  return {
    ...client,
    send: async (request, sending) => {
      seen.attempts += 1;
      try {
        const response = await client.send(request, sending);
        seen.requestId = response.headers['x-request-id'];
        seen.why = undefined;
        return response;
      } catch (error) {
        // A request that the end of its call breaks off has no reason of its own.
        seen.why = whyOf(error) ?? seen.why;
        if (error instanceof GitLabFailure) {
          seen.requestId = error.requestId;
          if (error.status === 429) seen.throttled += 1;
        }
        throw error;
      }
    },
  };
}

interface Hold extends Pick<Wait, 'kind' | 'from'> {
  readonly waitMs: number;
}

/** Requests may wait at once: that time counts once. */
function hold({ waits }: Seen, { kind, from, waitMs }: Hold): void {
  const heldUntil = waits.at(-1)?.until ?? from;
  const until = from + waitMs;
  if (until > heldUntil) waits.push({ kind, from: Math.max(heldUntil, from), until });
}

/** A wait may be broken off. */
function waited({ waits }: Seen, kind: Waiting, now: number): number {
  const own = waits.filter((wait) => wait.kind === kind);
  return own.reduce((sum, { from, until }) => sum + Math.max(0, Math.min(until, now) - from), 0);
}
