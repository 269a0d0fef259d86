/**
 * What the replicas agree on besides the queue itself: who is alive, who may send when, what was cancelled, who gets
 * which answer. Two implementations (Redis, one process) are held to one test suite.
 * Times are epoch milliseconds, passed in by the caller. `user`, `flow`, `host` and gates are keyed hashes, never
 * names or tokens.
 */
export interface Coordinator {
  /** API, before a call is queued: refreshes the replica's sign of life, caps what is outstanding, gives the fair-queueing tag. */
  admit(call: Admission): Promise<Admitted>;
  /** API: the call has ended for its caller without an answer; it no longer counts against the caps. */
  leave(call: Place): Promise<void>;
  /** API, every few seconds: this replica still waits for its answers. */
  beat(api: string): Promise<Liveness>;
  /** Worker, every second: it lives and takes calls. */
  beatWorker(worker: string): Promise<void>;
  /** Worker: it takes no more calls. */
  leaveWorker(worker: string): Promise<void>;
  /** Worker, when a call's turn has come: may it go, must it wait for a gate, or is nobody interested any more? */
  enter(call: Entry): Promise<Entered>;
  /** Worker, before each further request of a running call: may it go? */
  reserve(slot: Slot): Promise<Reserved>;
  /** Worker: GitLab surely did not act, so the write may be claimed again. */
  unclaim(callId: string): Promise<void>;
  /** Worker: what GitLab's answer says about a gate. */
  learn(lesson: Lesson): Promise<void>;
  /** Worker: whether GitLab answered a request in a way that shows it works; many failures without a success open the breaker. */
  judge(verdict: Judgement): Promise<void>;
  /** Worker: one message (answer or progress) for the replica that waits for it; an answer ends the call, as `leave` does. */
  reply(api: string, message: Buffer, ended?: Place): Promise<void>;
  /** API: takes the messages for this replica until closed; resolves once messages can arrive. */
  receive(api: string, onMessage: (message: Buffer) => void): Promise<Subscription>;
  /**
   * API: nobody waits for this call any more; a waiting one is dropped at `enter`, a running one is told. `unless` claimed, that
   * is: a write that was claimed goes on as if nothing had been said.
   */
  cancel(callId: string, unless?: 'claimed'): Promise<Cancelled>;
  /** Worker: called with the id of every cancelled call. */
  onCancel(listener: (callId: string) => void): Promise<Subscription>;
  /** Tells all API replicas a few words: that a client cancelled one of its requests, that something was written. */
  announce(words: string): Promise<void>;
  /** API: called with everything announced. */
  onAnnounce(listener: (words: string) => void): Promise<Subscription>;
  close(): Promise<void>;
}

export type Kind = 'read' | 'write';

export interface Liveness {
  /** Workers that gave a sign of life in the last seconds. */
  readonly workers: number;
}

export interface Admission {
  readonly callId: string;
  readonly kind: Kind;
  readonly api: string;
  readonly user: string;
  /** Calls of one flow keep their order; flows share the workers evenly. A user has one or several. */
  readonly flow: string;
  /** What the call costs its flow: 1, or more for calls that should come after others. */
  readonly step: number;
  /** The number that it has been given beforehand. */
  readonly foretold?: number | undefined;
  readonly deadline: number;
  readonly now: number;
  /** Most calls that one user may have outstanding. */
  readonly cap: number;
  /** Most calls that all users together may have outstanding. */
  readonly capOfAll: number;
}

/** What a call counts as against the caps. */
export type Place = Pick<Admission, 'user' | 'callId'>;

/** `priority` is the start-time-fair-queueing tag, 1 … 2,000,000: the smallest is served first. */
export type Admitted = Liveness &
  (
    | { readonly admitted: true; readonly priority: number; readonly virtualTime: number }
    | { readonly admitted: false; readonly full: 'user' | 'all'; readonly outstanding: number }
  );

/** So many requests in each period, which begins at a whole multiple of it since the epoch, as GitLab's do. */
export interface Limit {
  readonly requests: number;
  readonly periodMs: number;
}

/** One thing that GitLab counts requests for: a token, a token's searches, the address of these workers … */
export interface Gate {
  /** A keyed hash. */
  readonly key: string;
  /** What is known of it beforehand; what GitLab says counts where it is stricter or nothing is known. */
  readonly limit?: Limit | undefined;
  /** Of a gate of which nothing is known one request goes ahead, and the others wait for what its answer says. */
  readonly asksFirst?: boolean | undefined;
}

export interface Slot {
  readonly callId: string;
  /** GitLab, as the breaker knows it. */
  readonly host: string;
  /** Each gate that the request must pass. */
  readonly gates: readonly Gate[];
  readonly deadline: number;
  readonly now: number;
  /** Nobody waits for it: it takes only what all who wait at its gates leave. Other requests of `reserve` go before them. */
  readonly isSpare?: boolean | undefined;
}

export interface Entry extends Omit<Slot, 'isSpare'> {
  /** The place in the fair order; at one gate the smallest goes first, after the calls that run already. */
  readonly priority: number;
  readonly kind: Kind;
  readonly api: string;
  /** Who claims a write, and for how long nobody else may, in milliseconds. */
  readonly worker: string;
  readonly claimMs: number;
}

/**
 * `go` is good for so long after `now`: what leaves later, GitLab counts into another period; where it is left out, for ever.
 * After `wait` the same slot is asked for again; `limited`: it would come after the deadline; `unavailable`: the breaker is open.
 */
export type Reserved =
  | { readonly verdict: 'go'; readonly goodForMs?: number | undefined }
  | { readonly verdict: 'wait' | 'limited' | 'unavailable'; readonly waitMs: number };

export type Entered = Reserved | { readonly verdict: 'expired' | 'cancelled' | 'orphan' | 'claimed' };

/** What GitLab's answer said of one gate. */
export interface Lesson {
  readonly gate: string;
  readonly now: number;
  /** The limit and how much of the period that ends at `resetAt` (epoch milliseconds) is used. */
  readonly window?: (Limit & { readonly used: number; readonly resetAt: number }) | undefined;
  /** No request before this time. */
  readonly blockedUntil?: number | undefined;
  /** Refused without a word about the limit: requests are spaced out, wider each time, until it is long ago. */
  readonly isUnsaid?: boolean | undefined;
}

/** A write that was not claimed when it was cancelled never starts. */
export interface Cancelled {
  readonly isClaimed: boolean;
}

export interface Judgement {
  readonly callId: string;
  readonly host: string;
  readonly ok: boolean;
  readonly now: number;
}

export interface Subscription {
  close(): Promise<void>;
}
