import type { ProjectContext } from './context.ts';
import type { CiStatus, Job, Pipeline } from './entities/pipeline.ts';

interface Selection {
  readonly kind?: Job['kind'];
  /** Also runs that a newer one has replaced. */
  readonly retried?: boolean;
}

/** The jobs of a pipeline, oldest first. */
export function pipelineJobs(
  { project }: ProjectContext,
  pipeline: Pipeline,
  { kind = 'build', retried = false }: Selection = {},
): readonly Job[] {
  return [...project.jobs.values()].filter(
    (job) => job.pipelineId === pipeline.id && job.kind === kind && (retried || !job.retried),
  );
}

/** Runs a job again: a new one takes its place. */
export function retryJob(context: ProjectContext, job: Job): Job {
  const { store, project, viewer } = context;
  project.jobs.set(job.id, { ...job, retried: true });
  const again: Job = {
    ...job,
    id: store.nextId('job'),
    status: 'pending',
    userId: viewer.id,
    createdAt: store.timestamp(),
    startedAt: null,
    finishedAt: null,
    trace: '',
  };
  project.jobs.set(again.id, again);
  settlePipeline(context, job.pipelineId);
  return again;
}

const unfinished: ReadonlySet<CiStatus> = new Set<CiStatus>([
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'manual',
  'scheduled',
]);

/** Cancels a job that has not ended; on an ended one nothing happens, as in GitLab. */
export function cancelJob(context: ProjectContext, job: Job): Job {
  if (!unfinished.has(job.status)) return job;
  return setJob(context, { ...job, status: 'canceled', finishedAt: context.store.timestamp() });
}

/** Puts a changed job in its place and gives its pipeline the status that follows. */
export function setJob(context: ProjectContext, job: Job): Job {
  context.project.jobs.set(job.id, job);
  settlePipeline(context, job.pipelineId);
  return job;
}

/** The status of a pipeline is the most urgent one of its jobs. */
function settlePipeline(context: ProjectContext, pipelineId: number): void {
  const { store, project } = context;
  const pipeline = project.pipelines.get(pipelineId);
  if (pipeline === undefined) return;
  const all = new Set(pipelineJobs(context, pipeline).map((job) => job.status));
  const urgency: readonly CiStatus[] = ['running', 'pending', 'created', 'failed', 'canceled', 'success'];
  const status = urgency.find((each) => all.has(each)) ?? pipeline.status;
  const running = status === 'pending' ? 'running' : status;
  project.pipelines.set(pipelineId, { ...pipeline, status: running, updatedAt: store.timestamp() });
}
