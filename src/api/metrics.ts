import type { FailureCode } from '../errors.ts';
import type { Log } from '../log.ts';
import { metrics } from '../metrics.ts';
import type { Gauges } from '../queue/gauges.ts';

/** One call that has ended. */
interface Ended {
  /** OK, ASKED (for a confirmation) or the code of a failure. */
  readonly outcome: string;
  readonly ms: number;
  /** How often GitLab answered it with 429. */
  readonly throttled: number;
}

export interface Metrics {
  readonly ended: (call: Ended) => void;
  /** Writes what is left. */
  readonly close: () => Promise<void>;
}

interface MetricsOptions {
  /** The value of the dimension by which deployments are told apart; none turns metrics off. */
  readonly stack: string | undefined;
  readonly gauges: () => Promise<Gauges>;
  readonly log: Log;
  readonly now: () => number;
  readonly random: () => number;
}

const EVERY_MS = 15_000;
/** Most values of one metric in a line of the embedded metric format. */
const MAX_VALUES = 100;

/** GitLab was not reached, or not in time. */
const withoutGitLab: readonly FailureCode[] = [
  'GITLAB_UNREACHABLE',
  'GITLAB_TIMEOUT',
  'GITLAB_UNAVAILABLE',
  'DEADLINE_EXCEEDED',
];

type Values = Readonly<Record<string, number | readonly number[]>>;

/**
 * Counts calls and writes them, with the state of the queue, as log lines that CloudWatch reads as metrics:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { stack, random } = options;
  if (stack === undefined) return { ended: () => undefined, close: async () => undefined };
  let counted = nothing();
  const write = async (): Promise<void> => {
    const ready = counted;
    counted = nothing();
    await writeLines({ ...options, stack }, ready);
  };
  const timer = setInterval(() => void write(), EVERY_MS);
  timer.unref();
  return {
    ended: ({ outcome, ms, throttled }) => {
      counted.calls += 1;
      counted.throttled += throttled;
      if (outcome !== 'OK' && outcome !== 'ASKED')
        counted.failures.set(outcome, (counted.failures.get(outcome) ?? 0) + 1);
      // An even sample of all calls (reservoir sampling), for a line takes no more.
      const at = counted.calls <= MAX_VALUES ? counted.calls - 1 : Math.floor(random() * counted.calls);
      if (at < MAX_VALUES) counted.durations[at] = ms;
    },
    close: async () => {
      clearInterval(timer);
      await write();
    },
  };
}

interface Counted {
  calls: number;
  throttled: number;
  readonly durations: number[];
  readonly failures: Map<string, number>;
}

const nothing = (): Counted => ({ calls: 0, throttled: 0, durations: [], failures: new Map() });

interface Writing extends MetricsOptions {
  readonly stack: string;
}

async function writeLines(writing: Writing, { calls, throttled, durations, failures }: Counted): Promise<void> {
  const { dimensions, events, gauges } = metrics;
  const own = { [dimensions.stack]: writing.stack };
  const state = await gaugesOf(writing);
  if (state !== undefined) writeLine(writing, { dimensions: own, values: state, units: gauges });
  const lost = withoutGitLab.reduce((sum, code) => sum + (failures.get(code) ?? 0), 0);
  const counts = { Calls: calls, CallsWithoutGitLab: lost, GitLab429s: throttled };
  const happened = { ...counts, ...(durations.length > 0 && { CallDuration: durations }) };
  writeLine(writing, { dimensions: own, values: happened, units: events });
  for (const [code, count] of failures)
    writeLine(writing, {
      dimensions: { ...own, [dimensions.code]: code },
      values: { CallFailures: count },
      units: events,
    });
}

async function gaugesOf({ gauges, log }: Writing): Promise<Values | undefined> {
  try {
    const { backlog, runnable, workers, oldestWaitingMs } = await gauges();
    return {
      Backlog: backlog,
      RunnableBacklogPerWorker: runnable / Math.max(1, workers),
      OldestWaitingAge: oldestWaitingMs / 1000,
      LiveWorkers: workers,
    };
  } catch (error) {
    log.warn({ err: error }, 'the state of the queue is not known');
    return undefined;
  }
}

interface Line {
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: Values;
  readonly units: Readonly<Record<string, string>>;
}

/** One line of the embedded metric format. */
function writeLine({ log, now }: Writing, { dimensions, values, units }: Line): void {
  const directive = {
    Namespace: metrics.namespace,
    Dimensions: [Object.keys(dimensions)],
    Metrics: Object.keys(values).map((name) => ({ Name: name, Unit: units[name] })),
  };
  log.info({ _aws: { Timestamp: now(), CloudWatchMetrics: [directive] }, ...dimensions, ...values }, 'metrics');
}
