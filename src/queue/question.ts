import type { Caller } from '../caller.ts';
import type { Log } from '../log.ts';
import type { Broker, CallQueue } from './broker.ts';
import type { Kind } from './coordinator.ts';
import type { Seal } from './seal.ts';
import type { Waiting } from './waiting.ts';

/** One tool call as the API hands it over. */
export interface Question {
  readonly callId: string;
  readonly kind: Kind;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** The GitLab token; sealed before it leaves this process. */
  readonly token: string;
  /** What the pace is kept for, as plain names; hashed before they leave this process. */
  readonly gates: readonly string[];
  /** Epoch milliseconds. */
  readonly deadline: number;
}

export interface AskOptions {
  readonly broker: Broker;
  readonly seal: Seal;
  readonly hash: (label: string, value: string) => string;
  /** The name of this replica. */
  readonly api: string;
  readonly maxOutstandingPerCaller: number;
  readonly now: () => number;
  readonly log: Log;
}

/** What asking needs once everything stands. */
export interface Counter extends AskOptions {
  readonly queues: Readonly<Record<Kind, CallQueue>>;
  readonly waiting: Waiting;
}
