/** How long a repeated call gets the answer of the first one. */
export const REPLAY_MS = 600_000;

/** A write under an idempotency key; `key` is a hash of the client's key, keyed with the caller's token. */
interface Replay {
  readonly key: string;
  readonly callId: string;
}

/** `waiting`: GitLab has not been asked, and it can be left to another call. */
type Phase = 'waiting' | 'running';

export interface Beginning extends Replay {
  /** Equal for equal calls: a hash keyed as the key's. */
  readonly fingerprint: string;
  /** Equal for callers that may do the same: a hash keyed as the key's. */
  readonly grants: string;
  readonly lifeMs: number;
}

interface Hold extends Replay {
  readonly phase: Phase;
  /** The key is kept for at least so long from now on. */
  readonly lifeMs: number;
}

export type Begun =
  | { readonly isFirst: true }
  | {
      readonly isFirst: false;
      /** Of the first call. */
      readonly callId: string;
      readonly fingerprint: string;
      readonly grants: string;
      /** The first call's sealed answer, once it is there. */
      readonly answer?: Buffer | undefined;
    };

/**
 * One write for each idempotency key, over all replicas. A key is one call's from `begin` on, and nobody else may hold,
 * keep or release it.
 */
export interface Replays {
  /** API, before the call is queued: the key is this call's, or the call's that came first. */
  begin(call: Beginning): Promise<Begun>;
  /** Worker, before the write runs and before it waits again: false where the key is this call's no more, and it must not run. */
  hold(call: Hold): Promise<boolean>;
  /** Worker: the sealed answer, for all that repeat the call. */
  keep(call: Replay & { readonly answer: Buffer }): Promise<void>;
  /** The call has done nothing and does nothing any more, so the next one under the key is a first; in this phase only, if one is named. */
  release(call: Replay & { readonly phase?: Phase }): Promise<void>;
}
