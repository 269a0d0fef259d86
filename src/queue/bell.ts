/** Wakes the one who waits for something to do; a ring while nobody waits is not lost. */
export interface Bell {
  readonly ring: () => void;
  /** Resolves at the first ring since the last time, or after so many milliseconds: whether it rang. */
  readonly rung: (ms: number) => Promise<boolean>;
}

/** A bell whose waiting keeps no process alive. */
export function createBell(): Bell {
  let hasRung = false;
  let wake: (() => void) | undefined;
  return {
    ring: () => {
      hasRung = true;
      wake?.();
    },
    rung: async (ms) => {
      if (!hasRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, ms).unref();
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = undefined;
      const isRung = hasRung;
      hasRung = false;
      return isRung;
    },
  };
}
