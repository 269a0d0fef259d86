interface Waiter {
  readonly bytes: number;
  readonly begin: () => void;
}

/** A place among the answers that are held at once. */
interface Share {
  readonly end: () => void;
}

/** How many bytes of large answers are held at once, by all calls of this process. */
export interface Shares {
  /** Waits for its turn, the first to come first; one alone always fits. Rejects when the signal is aborted before. */
  readonly take: (bytes: number, signal: AbortSignal) => Promise<Share>;
}

export function createShares(budget: number): Shares {
  const waiting = new Set<Waiter>();
  let taken = 0;
  const fits = (bytes: number): boolean => taken === 0 || taken + bytes <= budget;
  const hold = (bytes: number): Share => {
    taken += bytes;
    return {
      end: () => {
        taken -= bytes;
        wake();
      },
    };
  };
  const wake = (): void => {
    for (const each of waiting) {
      if (!fits(each.bytes)) return;
      each.begin();
    }
  };
  const wait = async (bytes: number, signal: AbortSignal): Promise<Share> =>
    new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.delete(waiter);
        signal.removeEventListener('abort', giveUp);
      };
      const giveUp = (): void => {
        leave();
        reject(new Error('aborted'));
        // Smaller ones behind it may fit.
        wake();
      };
      const waiter: Waiter = {
        bytes,
        begin: () => {
          leave();
          resolve(hold(bytes));
        },
      };
      waiting.add(waiter);
      signal.addEventListener('abort', giveUp, { once: true });
      if (signal.aborted) giveUp();
    });
  return {
    take: async (bytes, signal) => (waiting.size === 0 && fits(bytes) ? hold(bytes) : wait(bytes, signal)),
  };
}
