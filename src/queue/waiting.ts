import { Failure } from '../errors.ts';
import type { FailureData } from '../errors.ts';
import type { Answer } from './call.ts';
import type { Kind } from './coordinator.ts';

/** How a wait ended. */
interface Heard {
  readonly answer: Answer;
  /** Whether the call no longer counts against the caps. */
  readonly hasLeft: boolean;
}

interface Waiter {
  readonly kind: Kind;
  /** Of the connection to the queue, when the wait began. */
  readonly generation: number;
  readonly since: number;
  /** When its client last heard how it is getting on, or its place was looked up. */
  readonly lookedAt: () => number;
  readonly look: () => void;
  readonly settle: (heard: Heard) => void;
  readonly progress: (message: string) => void;
  readonly end: () => void;
}

interface Patience {
  readonly kind: Kind;
  readonly generation: number;
  readonly onProgress: (message: string) => void;
  readonly patienceMs: number;
  /** Says what the caller hears when the answer does not come in time. */
  readonly onImpatient: () => Promise<FailureData>;
  readonly signal: AbortSignal;
  readonly onAbort: () => void;
}

export interface Waiting {
  /** Rejects with CANCELLED when the client goes. */
  add(callId: string, patience: Patience): Promise<Heard>;
  get(callId: string): Waiter | undefined;
  /** The longest waiting first. */
  all(): readonly (readonly [callId: string, waiter: Waiter])[];
  /** Ends the wait, answered or not; each `add` needs one. */
  delete(callId: string): void;
  size(): number;
  /** Resolves once nobody waits. */
  empty(): Promise<void>;
}

/** The calls of this replica whose answers are awaited: each ends by its answer, its deadline or its client. */
export function createWaiting({ now }: { readonly now: () => number }): Waiting {
  const waiters = new Map<string, Waiter>();
  let onEmpty: (() => void)[] = [];

  const remove = (callId: string): void => {
    waiters.get(callId)?.end();
    waiters.delete(callId);
    if (waiters.size > 0) return;
    for (const each of onEmpty) each();
    onEmpty = [];
  };

  const add: Waiting['add'] = async (
    callId,
    { kind, generation, signal, patienceMs, onImpatient, onAbort, onProgress },
  ) => {
    return new Promise<Heard>((resolve, reject) => {
      const giveUp = (): void => {
        onImpatient().then((data) => {
          resolve({ answer: { ok: false, ...data }, hasLeft: false });
        }, reject);
      };
      const abort = (): void => {
        onAbort();
        reject(new Failure('CANCELLED', 'The client cancelled the call.'));
      };
      const timer = setTimeout(giveUp, Math.max(0, patienceMs));
      signal.addEventListener('abort', abort, { once: true });
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      };
      const since = now();
      let lookedAt = since;
      const look = (): void => {
        lookedAt = now();
      };
      const progress = (message: string): void => {
        look();
        onProgress(message);
      };
      waiters.set(callId, { kind, generation, since, lookedAt: () => lookedAt, look, settle: resolve, progress, end });
      if (signal.aborted) abort();
    });
  };

  return {
    add,
    get: (callId) => waiters.get(callId),
    all: () => [...waiters],
    delete: remove,
    size: () => waiters.size,
    empty: async () => {
      if (waiters.size === 0) return;
      await new Promise<void>((resolve) => {
        onEmpty.push(resolve);
      });
    },
  };
}
