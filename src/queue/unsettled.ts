type Reject = (error: Error) => void;

/** What was begun and has not come to its end: it can be given up, one by one when it takes too long, or all at once. */
export interface Unsettled {
  /** `reject` is called when the work is given up; the function given back says that it has ended. */
  readonly begin: (reject: Reject) => () => void;
  readonly giveUp: (error: Error) => void;
}

/** Patience is counted in so many ticks. */
const TICKS = 8;

/**
 * Work is given up after `patienceMs`, or never where that is left out. A busy process reads no answers although they have
 * arrived: a tick that comes late counts as one, and what has arrived by then is read first.
 */
export function createUnsettled(patienceMs: number | undefined): Unsettled {
  // The first one is the oldest.
  const begunAt = new Map<Reject, number>();
  let ticks = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = (): void => {
    if (begunAt.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
    for (const [reject, since] of begunAt) {
      if (ticks - since <= TICKS) return;
      begunAt.delete(reject);
      reject(new Error('Redis did not answer in time.'));
    }
  };
  const tick = (): void => {
    ticks += 1;
    setImmediate(look);
  };
  return {
    begin: (reject) => {
      begunAt.set(reject, ticks);
      if (patienceMs !== undefined) timer ??= setInterval(tick, patienceMs / TICKS).unref();
      return () => void begunAt.delete(reject);
    },
    giveUp: (error) => {
      for (const reject of begunAt.keys()) reject(error);
      begunAt.clear();
    },
  };
}
