import type { IQueueBackend, JobJson } from 'bullmq';

/** Parts of BullMQ that this service does not use: asked for, they fail at once instead of half working. */
export function unsupported(what: string): Error {
  return new Error(`the embedded queue does not support ${what}; set REDIS_URL`);
}

/** Refuses what an added job asks for beyond id, priority, delay and attempts. */
export function refuseUnsupportedJob({ opts, parentKey, deduplicationId }: JobJson): void {
  if (parentKey !== undefined) throw unsupported('flows (a job with a parent)');
  if (deduplicationId !== undefined) throw unsupported('deduplication');
  if (opts.lifo === true) throw unsupported('lifo');
  if (opts.removeOnComplete !== true || opts.removeOnFail !== true) {
    throw unsupported('keeping finished jobs (removeOnComplete and removeOnFail must be true)');
  }
}

function refuse(what: string): () => Promise<never> {
  return async () => {
    throw unsupported(what);
  };
}

function refuseNow(what: string): () => never {
  return () => {
    throw unsupported(what);
  };
}

/** Each operation of the backend interface that fails, with what it would be for. */
export const unsupportedOperations = {
  addFlow: refuse('flows'),
  forQueue: refuseNow('flows'),
  parseNodeKey: refuseNow('flows'),
  moveToWaitingChildren: refuse('flows'),
  removeUnprocessedChildren: refuse('flows'),
  removeChildDependency: refuse('flows'),
  getDependencyCounts: refuse('flows'),
  getDependencies: refuse('flows'),
  getProcessedChildrenValues: refuse('flows'),
  getIgnoredChildrenFailures: refuse('flows'),
  paginate: refuse('flows'),
  addJobScheduler: refuse('job schedulers'),
  updateJobSchedulerNextMillis: refuse('job schedulers'),
  removeJobScheduler: refuse('job schedulers'),
  getJobScheduler: refuse('job schedulers'),
  isJobScheduler: refuse('job schedulers'),
  getJobSchedulerData: refuse('job schedulers'),
  getJobSchedulersRange: refuse('job schedulers'),
  getJobSchedulersCount: refuse('job schedulers'),
  removeDeduplicationKey: refuse('deduplication'),
  deleteDeduplicationKey: refuse('deduplication'),
  getDeduplicationJobId: refuse('deduplication'),
  readEvents: refuse('queue events'),
  publishEvent: refuse('queue events'),
  trimEvents: refuse('queue events'),
  addLog: refuse('job logs'),
  clearLogs: refuse('job logs'),
  getJobLogs: refuse('job logs'),
  retryFinishedJob: refuse('keeping finished jobs'),
  retryFinishedJobs: refuse('keeping finished jobs'),
  isFinished: refuse('keeping finished jobs'),
  setRateLimit: refuse('rate limits of a whole queue'),
  removeRateLimitKey: refuse('rate limits of a whole queue'),
  getRateLimitTtl: refuse('rate limits of a whole queue'),
  moveJobFromActiveToWait: refuse('moving a running job back to wait (use moveToDelayed)'),
  isMaxed: refuse('global concurrency'),
  pause: refuse('pausing a whole queue (pause the worker)'),
  promote: refuse('promoting delayed jobs'),
  promoteJobs: refuse('promoting delayed jobs'),
  changeDelay: refuse('changing a delay'),
  changePriority: refuse('changing a priority'),
  updateData: refuse('changing the data of a job'),
  drain: refuse('removing many jobs at once'),
  cleanJobsByState: refuse('removing many jobs at once'),
  obliterate: refuse('removing many jobs at once'),
  removeOrphanedJobs: refuse('removing many jobs at once'),
  getCountsPerPriority: refuse('counting jobs by priority'),
  isJobInState: refuse('looking a job up by its state (use getState)'),
  getClientList: refuse('listing workers'),
  removeDeprecatedPriorityKey: refuse('data of older BullMQ versions'),
} satisfies Partial<IQueueBackend>;
