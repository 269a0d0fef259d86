import { Failure } from '../errors.ts';
import { createRounds } from './rounds.ts';

interface Asker {
  /** Whose call it is; the turns go round over all of them. */
  readonly flow: string;
  /** Epoch milliseconds. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** A call's turn at the queue. */
interface Step {
  /** To be called once, when the call is in the queue or refused. */
  readonly done: () => void;
}

/** Calls of this replica on their way into the queue: so many at a time, one of each flow in turn. */
export interface AdmissionLine {
  /** Rejects where the client goes, the deadline comes or the queue is found gone before the call's turn. */
  readonly enter: (asker: Asker) => Promise<Step>;
  /** The queue cannot be reached: nobody waits for it. */
  readonly dismiss: (failure: Failure) => void;
}

interface AdmissionLineOptions {
  readonly now: () => number;
  readonly atOnce?: number | undefined;
}

/** Enough to keep Redis busy; more would only be waited for there, and a light caller behind a heavy one. */
const AT_ONCE = 8;

interface Waiter {
  readonly start: () => void;
  readonly fail: (failure: Failure) => void;
}

export function createAdmissionLine({ now, atOnce = AT_ONCE }: AdmissionLineOptions): AdmissionLine {
  const rounds = createRounds<Waiter>();
  let underWay = 0;
  const step: Step = {
    done: () => {
      underWay -= 1;
      rounds.next()?.start();
    },
  };

  const wait = async ({ flow, deadline, signal }: Asker): Promise<Step> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', cancel);
      };
      const waiter: Waiter = {
        start: () => {
          leave();
          underWay += 1;
          resolve(step);
        },
        fail: (failure) => {
          leave();
          rounds.remove(flow, waiter);
          reject(failure);
        },
      };
      const cancel = (): void => {
        waiter.fail(new Failure('CANCELLED', 'The client cancelled the call.'));
      };
      const expire = (): void => {
        waiter.fail(new Failure('DEADLINE_EXCEEDED', 'The call waited for its place in the queue until its deadline.'));
      };
      const timer = setTimeout(expire, Math.max(0, deadline - now()));
      signal.addEventListener('abort', cancel, { once: true });
      rounds.add(flow, waiter);
      if (signal.aborted) cancel();
    });

  return {
    enter: async (asker) => {
      if (underWay >= atOnce) return wait(asker);
      underWay += 1;
      return step;
    },
    dismiss: (failure) => {
      for (let waiter = rounds.next(); waiter !== undefined; waiter = rounds.next()) waiter.fail(failure);
    },
  };
}
