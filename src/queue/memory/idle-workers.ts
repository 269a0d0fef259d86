type Outcome = 'called' | 'timeout' | 'dismissed';

/** The workers that found nothing to do and wait to be told to look again. */
export interface IdleWorkers {
  readonly size: number;
  wait(worker: symbol, timeoutMs: number): Promise<Outcome>;
  /** Tells the worker that has been idle longest to look again. */
  readonly call: () => void;
  /** Ends a worker's wait because it pauses or closes. */
  dismiss(worker: symbol): void;
}

/** One waiting room per queue; it holds a timer only while a worker waits. */
export function createIdleWorkers(): IdleWorkers {
  const waiting = new Map<symbol, (outcome: Outcome) => void>();

  function call(): void {
    const [longestIdle] = waiting.values();
    longestIdle?.('called');
  }

  return {
    get size() {
      return waiting.size;
    },
    wait: async (worker, timeoutMs) =>
      new Promise((resolve) => {
        const end = (outcome: Outcome): void => {
          clearTimeout(timer);
          waiting.delete(worker);
          resolve(outcome);
        };
        const timer = setTimeout(end, timeoutMs, 'timeout');
        waiting.set(worker, end);
      }),
    call,
    dismiss: (worker) => {
      waiting.get(worker)?.('dismissed');
      // It may have been the only one that watched for the next delayed job.
      call();
    },
  };
}
