import type { IQueueBackend, JobType } from 'bullmq';
import type { PlaceName } from './places.ts';
import type { MemoryQueue } from './queue.ts';
import { refuseUnsupportedJob, unsupported } from './unsupported.ts';

type JobOperations = Pick<
  IQueueBackend,
  'addJob' | 'addJobs' | 'remove' | 'getState' | 'getJobData' | 'getCounts' | 'getRanges' | 'getMetrics'
>;

type MetaOperations = Pick<
  IQueueBackend,
  | 'setQueueMeta'
  | 'getQueueMetaField'
  | 'getQueueMetaFields'
  | 'getQueueMeta'
  | 'removeQueueMetaFields'
  | 'hasQueueMetaField'
>;

interface OperationsOptions {
  readonly queue: MemoryQueue;
  readonly isClosing: () => boolean;
}

/** What a Queue does with the jobs that it adds. */
export function createJobOperations({ queue, isClosing }: OperationsOptions): JobOperations {
  const addJob: IQueueBackend['addJob'] = async (job, id) => {
    // ioredis's words for the same mistake
    if (isClosing()) throw new Error('Connection is closed.');
    refuseUnsupportedJob(job);
    return queue.add(job, id);
  };
  return {
    addJob,
    addJobs: async (entries) => Promise.all(entries.map(async ({ job, jobId }) => addJob(job, jobId))),
    remove: async (id) => (queue.remove(id) ? 1 : 0),
    getState: async (id) => queue.lookUp(id)?.place.name ?? 'unknown',
    getJobData: async (id) => queue.lookUp(id)?.job,
    getCounts: async (types, delayedTimestamp) => {
      if (delayedTimestamp !== undefined) throw unsupported('counting delayed jobs by their time');
      return types.map((type) => countOf(queue, type));
    },
    getRanges: async (...range) => firstInLine(queue, range).map((id) => [id]),
    // The total only: the history by the minute is not kept.
    getMetrics: async (type) => [[String(queue.finished[type]), '0', '0'], [], 0],
  };
}

function firstInLine(queue: MemoryQueue, range: Parameters<IQueueBackend['getRanges']>): string[] {
  const [types, start, end = -1, isAscending] = range;
  if (types.join() !== 'prioritized' || start !== 0 || end < 0 || isAscending !== true)
    throw unsupported('listing jobs');
  return queue.firstInLine(end + 1);
}

/** BullMQ's names for what can be counted here; of all else there is none. */
const placeNames: Partial<Record<JobType, PlaceName>> = {
  wait: 'waiting',
  waiting: 'waiting',
  prioritized: 'prioritized',
  delayed: 'delayed',
  active: 'active',
};

function countOf(queue: MemoryQueue, type: JobType): number {
  const name = placeNames[type];
  return name === undefined ? 0 : queue.count(name);
}

const fieldsWithEffect = new Set(['concurrency', 'max', 'duration']);

/** The few facts that BullMQ notes of a queue, such as its own version. */
export function createMetaOperations({ meta }: Pick<MemoryQueue, 'meta'>): MetaOperations {
  return {
    setQueueMeta: async (values) => {
      const entries = Object.entries(values);
      if (entries.some(([field]) => fieldsWithEffect.has(field))) throw unsupported('global limits of a queue');
      const before = meta.size;
      for (const [field, value] of entries) meta.set(field, String(value));
      return meta.size - before;
    },
    getQueueMetaField: async (field) => meta.get(field) ?? null,
    getQueueMetaFields: async (fields) => fields.map((field) => meta.get(field) ?? null),
    getQueueMeta: async () => Object.fromEntries(meta),
    removeQueueMetaFields: async (fields) => fields.filter((field) => meta.delete(field)).length,
    hasQueueMetaField: async (field) => meta.has(field),
  };
}
