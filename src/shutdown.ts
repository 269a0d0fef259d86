import type { Log } from './log.ts';

interface ShutdownOptions {
  readonly log: Log;
  /** How long all stops together may take, in milliseconds. */
  readonly deadlineMs: number;
  readonly exit: (code: number) => void;
  readonly now?: (() => number) | undefined;
}

interface Part {
  readonly name: string;
  readonly stop: () => Promise<void>;
}

/** Stops what was started, once, last first, inside one deadline, and ends the process. */
export interface Shutdown {
  /** Registers a part when it has started. */
  add(name: string, stop: () => Promise<void>): void;
  /** Stops every part and exits: 0 where all stopped, 1 where one failed or the deadline cut one off. */
  run(reason: string): Promise<void>;
  /** Runs on SIGTERM, SIGINT and on errors that nobody caught; a second signal exits at once. */
  listen(source: NodeJS.EventEmitter): void;
}

// Ctrl-C reaches a process twice under npm: from the terminal and from npm, which passes it on.
const sameKeyPressMs = 250;

/** Makes the one shutdown of a process. */
export function createShutdown({ log, deadlineMs, exit, now = Date.now }: ShutdownOptions): Shutdown {
  const parts: Part[] = [];
  let running: Promise<void> | undefined;
  let code = 0;
  let signalledAt: number | undefined;

  const run = (reason: string): Promise<void> => {
    running ??= finish(reason);
    return running;
  };

  async function finish(reason: string): Promise<void> {
    const startedAt = now();
    log.info({ why: reason, parts: parts.map(({ name }) => name) }, 'stopping');
    if (!(await stopAll({ log, parts, deadlineMs }))) code = 1;
    log.info({ code, tookMs: now() - startedAt }, 'stopped');
    exit(code);
  }

  function onSignal(signal: string): void {
    if (signalledAt === undefined) {
      signalledAt = now();
      void run(signal);
    } else if (now() - signalledAt > sameKeyPressMs) {
      log.warn({ why: signal }, 'second signal: exiting at once');
      exit(1);
    }
  }

  function onFault(reason: string, error: unknown): void {
    log.error({ err: error }, `${reason}: shutting down`);
    code = 1;
    void run(reason);
  }

  return {
    add: (name, stop) => {
      parts.push({ name, stop });
    },
    run,
    listen: (source) => {
      for (const signal of ['SIGTERM', 'SIGINT']) source.on(signal, onSignal.bind(undefined, signal));
      for (const fault of ['uncaughtException', 'unhandledRejection']) source.on(fault, onFault.bind(undefined, fault));
    },
  };
}

type StopOptions = Pick<ShutdownOptions, 'log' | 'deadlineMs'> & { readonly parts: Part[] };

/** Whether every part stopped in time; a part that is added meanwhile is stopped too. */
async function stopAll({ log, parts, deadlineMs }: StopOptions): Promise<boolean> {
  const deadline = deadlineIn(deadlineMs);
  let allStopped = true;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const outcome = await Promise.race([stopOne(part, log), deadline.passed]); // oxlint-disable-line no-await-in-loop -- one after the other
    if (outcome === 'late') {
      log.error({ part: part.name, notStopped: parts.map(({ name }) => name) }, 'the deadline cut off a stop');
      return false;
    }
    allStopped &&= outcome === 'stopped';
  }
  deadline.clear();
  return allStopped;
}

async function stopOne({ name, stop }: Part, log: Log): Promise<'stopped' | 'failed'> {
  try {
    await stop();
    log.debug({ part: name }, 'part stopped');
    return 'stopped';
  } catch (error) {
    log.error({ part: name, err: error }, 'a part failed to stop');
    return 'failed';
  }
}

function deadlineIn(deadlineMs: number): { readonly passed: Promise<'late'>; readonly clear: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const passed = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, 'late');
  });
  const clear = (): void => {
    clearTimeout(timer);
  };
  return { passed, clear };
}
