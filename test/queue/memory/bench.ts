import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import type {
  BackendFactory,
  ConnectionOptions,
  IQueueBackend,
  Job,
  JobsOptions,
  Processor,
  WorkerOptions,
} from 'bullmq';

type AnyQueue = Queue<unknown, unknown, string, unknown, unknown, string, IQueueBackend>;
type AnyWorker = Worker<unknown, unknown, string, IQueueBackend>;
type AnyJob = Job<unknown, unknown>;
type AnyProcessor = Processor<unknown, unknown>;

/** Where the queues of a test live. */
export interface Place {
  readonly connection: ConnectionOptions;
  readonly backend: BackendFactory;
  /** What a queue still holds, apart from the few things that never grow. */
  readonly leftovers: (qualifiedName: string) => Promise<readonly string[]>;
}

/** One queue with any number of workers. */
export interface Bench {
  readonly queue: AnyQueue;
  add(name: string, options?: JobsOptions): Promise<AnyJob>;
  /** Without a processor the worker takes nothing by itself. */
  work(processor: AnyProcessor | null, options?: Partial<WorkerOptions>): AnyWorker;
  leftovers(): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Sets a queue up with the options that the service gives to every job. */
export function openBench({ connection, backend, leftovers }: Place): Bench {
  const name = `q-${randomUUID()}`;
  const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
  const queue: AnyQueue = new Queue(
    name,
    { connection, defaultJobOptions, streams: { events: { maxLen: 0 } } },
    backend,
  );
  const workers: AnyWorker[] = [];
  queue.on('error', () => undefined);
  return {
    queue,
    add: async (job, options) => queue.add(job, { job }, options),
    work: (processor, options) => {
      const worker: AnyWorker = new Worker(name, processor, { connection, ...options }, backend);
      worker.on('error', () => undefined);
      workers.push(worker);
      return worker;
    },
    leftovers: async () => leftovers(queue.qualifiedName),
    close: async () => {
      await Promise.all(workers.map(async (worker) => worker.close()));
      await queue.close();
    },
  };
}

/** Runs jobs one after the other, on each of some workers, until so many have started; gives their names. */
export async function runAll(bench: Bench, count: number, workers = 1): Promise<readonly string[]> {
  const names: string[] = [];
  return new Promise((resolve) => {
    for (let started = 0; started < workers; started += 1) {
      bench.work(async ({ name }) => {
        names.push(name);
        if (names.length === count) resolve(names);
      });
    }
  });
}

interface Running {
  readonly job: AnyJob;
  readonly worker: AnyWorker;
  readonly finish: () => Promise<void>;
}

/** Adds a job and waits until it runs; it runs until `finish`, and what comes after it ends at once. */
export async function startOne(bench: Bench, options: JobsOptions = {}): Promise<Running> {
  await bench.add('running', options);
  return new Promise((resolve) => {
    const worker = bench.work(async (job) => (job.name === 'running' ? untilFinished(job) : undefined), {
      name: 'the worker',
    });
    const untilFinished = async (job: AnyJob): Promise<void> =>
      new Promise((end) => {
        const finish = async (): Promise<void> => {
          const ended = completed(worker);
          end();
          await ended;
        };
        resolve({ job, worker, finish });
      });
  });
}

/** The next job that the worker completes. */
export async function completed(worker: AnyWorker): Promise<AnyJob> {
  return new Promise((resolve) => {
    worker.once('completed', resolve);
  });
}

/** The next job that fails for good or is to be tried again. */
export async function failed(worker: AnyWorker): Promise<{ readonly job: AnyJob | undefined; readonly error: Error }> {
  return new Promise((resolve) => {
    worker.once('failed', (job, error) => {
      resolve({ job, error });
    });
  });
}

/** A processor whose outcome is in the name of the job. */
export async function failsIfBad({ name }: Pick<Job, 'name'>): Promise<string> {
  if (name === 'bad') throw new Error('bad luck');
  return 'a result';
}
