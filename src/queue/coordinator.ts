/**
 * What the replicas agree on besides the queue itself: who is alive, who may send when, what was cancelled, who gets
 * which answer. Two implementations (Redis, one process) are held to one test suite.
 * Times are epoch milliseconds, passed in by the caller. `user` and `gates` are keyed hashes, never names or tokens.
 */
export interface Coordinator {
  /** API, before a call is queued: refreshes the replica's sign of life, caps the user's outstanding calls, gives the fair-queueing tag. */
  admit(call: Admission): Promise<Admitted>;
  /** API: the call has ended for its caller; it no longer counts against the user's cap. */
  leave(call: Pick<Admission, 'user' | 'callId'>): Promise<void>;
  /** API, every few seconds: this replica still waits for its answers. */
  beat(api: string): Promise<void>;
  /** Worker, when a call's turn has come: may it go, must it wait for the gate, or is nobody interested any more? */
  enter(call: Entry): Promise<Entered>;
  /** Worker, for a further request of a running call: reserves the next slot of the gates. */
  reserve(slot: Slot): Promise<Reserved>;
  /** Worker: GitLab surely did not act, so the write may be claimed again. */
  unclaim(callId: string): Promise<void>;
  /** Worker: what GitLab's headers say about a gate. */
  learn(lesson: Lesson): Promise<void>;
  /** Worker: one message (answer or progress) for the replica that waits for it. */
  reply(api: string, message: Buffer): Promise<void>;
  /** API: takes the messages for this replica until closed; resolves once messages can arrive. */
  receive(api: string, onMessage: (message: Buffer) => void): Promise<Subscription>;
  /** API: nobody waits for this call any more; a waiting one is dropped at `enter`, a running one is told. */
  cancel(callId: string): Promise<void>;
  /** Worker: called with the id of every cancelled call. */
  onCancel(listener: (callId: string) => void): Promise<Subscription>;
  /** API: tells all replicas that a client cancelled one of its requests (key = session and request id, hashed). */
  announce(requestKey: string): Promise<void>;
  /** API: called with every announced request key. */
  onAnnounce(listener: (requestKey: string) => void): Promise<Subscription>;
  close(): Promise<void>;
}

export type Kind = 'read' | 'write';

export interface Admission {
  readonly callId: string;
  readonly kind: Kind;
  readonly api: string;
  readonly user: string;
  readonly deadline: number;
  readonly now: number;
  /** Most calls that one user may have outstanding. */
  readonly cap: number;
}

/** `priority` is the start-time-fair-queueing tag, 1 … 2,000,000: the smallest is served first. */
export type Admitted =
  { readonly admitted: true; readonly priority: number } | { readonly admitted: false; readonly outstanding: number };

export interface Slot {
  /** Each gate that the request must pass: (host, token, endpoint class), (host), … */
  readonly gates: readonly string[];
  readonly deadline: number;
  readonly now: number;
}

export interface Entry extends Slot {
  readonly callId: string;
  readonly kind: Kind;
  readonly api: string;
  readonly priority: number;
  /** The call comes back to the slot that it reserved before: it is not charged again. */
  readonly reserved: boolean;
  /** Who claims a write, and for how long nobody else may, in milliseconds. */
  readonly worker: string;
  readonly claimMs: number;
}

export type Entered =
  | { readonly verdict: 'go' | 'expired' | 'cancelled' | 'orphan' | 'claimed' }
  | { readonly verdict: 'wait' | 'limited'; readonly waitMs: number };

/** `limited`: the slot would come after the deadline, so none was reserved. */
export interface Reserved {
  readonly verdict: 'go' | 'wait' | 'limited';
  readonly waitMs: number;
}

/** What was learned of one gate; fields that are absent stay as they are. */
export interface Lesson {
  readonly gate: string;
  readonly now: number;
  /** Milliseconds between two requests in the long run (60,000 / limit per minute); 0 lifts the limit. */
  readonly intervalMs?: number;
  /** How far ahead of that pace a burst may run, in milliseconds. */
  readonly burstMs?: number;
  /** No request before this time. */
  readonly blockedUntil?: number;
}

export interface Subscription {
  close(): Promise<void>;
}
