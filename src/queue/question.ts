import type { Caller } from '../caller.ts';
import type { Log } from '../log.ts';
import type { AdmissionLine } from './admission-line.ts';
import type { Broker, CallQueue } from './broker.ts';
import type { Kind } from './coordinator.ts';
import type { Forecast } from './forecast.ts';
import type { Seal } from './seal.ts';
import type { Waiting } from './waiting.ts';
import type { Workforce } from './workforce.ts';

/** One tool call as the API hands it over. */
export interface Question {
  readonly callId: string;
  readonly kind: Kind;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly caller: Caller;
  /** The GitLab token; sealed before it leaves this process. */
  readonly token: string;
  /** Calls of one flow keep their order; plain words, hashed before they leave this process. The caller's id where it is absent. */
  readonly flow?: string | undefined;
  /** The call can wait: it comes after the same caller's other calls. */
  readonly isBulk?: boolean | undefined;
  /** GitLab is asked anew, whatever is cached. */
  readonly noCache?: boolean | undefined;
  /** Under which a repeated call gets this call's answer: a hash keyed with the token. */
  readonly replay?: string | undefined;
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
  /** Most calls of all callers and replicas that wait or run. */
  readonly maxOutstanding: number;
  readonly now: () => number;
  readonly log: Log;
}

/** What asking needs once everything stands. */
export interface Counter extends AskOptions {
  readonly queues: Readonly<Record<Kind, CallQueue>>;
  readonly waiting: Waiting;
  readonly workforce: Workforce;
  readonly line: AdmissionLine;
  readonly forecast: Forecast;
}
