/** One request as the stand-in saw it. */
export interface JournalEntry {
  readonly seq: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly method: string;
  /** As on the wire, still encoded, without the query. */
  readonly path: string;
  readonly query: string;
  readonly token: string | null;
  /** The token's owner. */
  readonly user: string | null;
  readonly requestId: string;
  /** The parsed body; undefined where there is none. */
  readonly body?: unknown;
  /** The answered status; null while, or because, nothing was answered. */
  readonly status: number | null;
  /** The kind of the fault that was played. */
  readonly fault: string | null;
  /** The client closed the connection before the answer was out. */
  readonly aborted: boolean;
  /** It came before the Retry-After of an earlier 429 was over. */
  readonly early: boolean;
}

/** The part of an entry that is learned after the request has come in. */
export type Outcome = Partial<Pick<JournalEntry, 'body' | 'status' | 'fault' | 'aborted' | 'early'>>;

export interface Metrics {
  readonly requests: number;
  readonly throttled: number;
  /** Answered 304: nothing of the body was sent. */
  readonly notModified: number;
  readonly early: number;
  readonly aborted: number;
}

export interface Journal {
  /** Writes a request down; the function returned adds what is learned later. */
  begin(
    entry: Pick<JournalEntry, 'method' | 'path' | 'query' | 'token' | 'user' | 'requestId'>,
  ): (outcome: Outcome) => void;
  entries(): readonly JournalEntry[];
  /** Counts over all entries since the last clear. */
  metrics(): Metrics;
  clear(): void;
}

export function createJournal({ now }: { readonly now: () => number }): Journal {
  let entries: JournalEntry[] = [];
  let seq = 0;
  const counted = (is: (entry: JournalEntry) => boolean): number => entries.filter((entry) => is(entry)).length;
  return {
    begin: (request) => {
      seq += 1;
      const entry = { seq, at: now(), ...request, status: null, fault: null, aborted: false, early: false };
      entries.push(entry);
      return (outcome) => {
        Object.assign(entry, outcome);
      };
    },
    entries: () => entries,
    metrics: () => ({
      requests: entries.length,
      throttled: counted((entry) => entry.status === 429),
      notModified: counted((entry) => entry.status === 304),
      early: counted((entry) => entry.early),
      aborted: counted((entry) => entry.aborted),
    }),
    clear: () => {
      entries = [];
    },
  };
}
