import { integerParam } from '../context.ts';
import type { ProjectContext } from '../context.ts';
import { showJob, showPipeline, showPipelineBasics } from '../entities/pipeline.ts';
import type { CiStatus, Job, Pipeline } from '../entities/pipeline.ts';
import { invalidParameters, noSuchRow, refuse } from '../errors.ts';
import { order } from '../filters.ts';
import { cancelJob, pipelineJobs, retryJob } from '../jobs.ts';
import { created, empty, json, list } from '../reply.ts';
import type { Reply } from '../reply.ts';
import { resolve } from '../repository/repository.ts';
import { projectRoute } from '../routes.ts';
import type { Route } from '../routes.ts';

export const pipelineRoutes: readonly Route[] = [
  projectRoute('GET /pipelines', 'code', (context) => {
    const { store, project, input } = context;
    const rows = order(listPipelines(context), input, {
      keys: ['id', 'status', 'ref', 'updated_at', 'user_id'],
      fallback: 'id',
      valueOf: ({ id, status, ref, updatedAt, userId }, by) =>
        ({ id, status, ref, updated_at: updatedAt, user_id: userId })[by],
    });
    return list({
      rows,
      show: (pipeline) => ({ ...showPipelineBasics(store, project, pipeline), name: null }),
      defaults: { order_by: 'id', sort: 'desc' },
    });
  }),
  projectRoute('GET /pipelines/latest', 'code', (context) => {
    const ref = context.input.text('ref') ?? context.project.repository.defaultBranch;
    const pipeline = [...context.project.pipelines.values()].findLast((each) => each.ref === ref);
    if (pipeline === undefined) throw noSuchRow();
    return json(shown(context, pipeline));
  }),
  projectRoute('GET /pipelines/:pipeline_id', 'code', (context) => json(shown(context, findPipeline(context)))),
  projectRoute('POST /pipeline', 'developer', (context) => created(shown(context, create(context)))),
  projectRoute('POST /pipelines/:pipeline_id/retry', 'developer', (context) => {
    const pipeline = findPipeline(context);
    for (const job of pipelineJobs(context, pipeline)) {
      if (job.status === 'failed' || job.status === 'canceled') retryJob(context, job);
    }
    return created(shown(context, findPipeline(context)));
  }),
  projectRoute('POST /pipelines/:pipeline_id/cancel', 'developer', (context) => {
    for (const job of pipelineJobs(context, findPipeline(context))) cancelJob(context, job);
    return json(shown(context, findPipeline(context)));
  }),
  projectRoute('DELETE /pipelines/:pipeline_id', 'owner', (context) => {
    context.project.pipelines.delete(findPipeline(context).id);
    return empty();
  }),
  projectRoute('GET /pipelines/:pipeline_id/jobs', 'code', (context) => listJobs(context, 'build')),
  projectRoute('GET /pipelines/:pipeline_id/bridges', 'code', (context) => listJobs(context, 'bridge')),
];

function shown({ store, project }: ProjectContext, pipeline: Pipeline): unknown {
  return showPipeline(store, project, pipeline);
}

function findPipeline(context: ProjectContext): Pipeline {
  const pipeline = context.project.pipelines.get(integerParam(context, 'pipeline_id'));
  if (pipeline === undefined) throw noSuchRow();
  return pipeline;
}

const statuses: readonly CiStatus[] = [
  'created',
  'waiting_for_resource',
  'preparing',
  'pending',
  'running',
  'success',
  'failed',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
];

function listPipelines({ project, input, store }: ProjectContext): readonly Pipeline[] {
  const scope = input.oneOf('scope', ['running', 'pending', 'finished', 'branches', 'tags']);
  const status = input.oneOf('status', statuses);
  const equal = (name: string, value: (pipeline: Pipeline) => string): ((pipeline: Pipeline) => boolean) => {
    const wanted = input.text(name);
    return (pipeline) => wanted === undefined || value(pipeline) === wanted;
  };
  const tests = [
    equal('ref', ({ ref }) => ref),
    equal('sha', ({ sha }) => sha),
    equal('source', ({ source }) => source),
    equal('username', ({ userId }) => store.users.get(userId)?.username ?? ''),
    (pipeline: Pipeline) => (status ?? pipeline.status) === pipeline.status,
    (pipeline: Pipeline) => scope === undefined || isInScope(pipeline, scope),
  ];
  return [...project.pipelines.values()].filter((pipeline) => tests.every((test) => test(pipeline)));
}

type Scope = 'running' | 'pending' | 'finished' | 'branches' | 'tags';

function isInScope({ status, tag }: Pipeline, scope: Scope): boolean {
  if (scope === 'finished') return status === 'success' || status === 'failed' || status === 'canceled';
  if (scope === 'branches' || scope === 'tags') return tag === (scope === 'tags');
  return status === scope;
}

function listJobs(context: ProjectContext, kind: Job['kind']): Reply {
  const { store, project, input } = context;
  const { scope } = input.values;
  const wanted = typeof scope === 'string' ? [scope] : (input.texts('scope') ?? statuses);
  const unknown = wanted.find((each) => !statuses.some((status) => status === each));
  if (unknown !== undefined) throw invalidParameters('scope does not have a valid value');
  const rows = pipelineJobs(context, findPipeline(context), { kind, retried: input.on('include_retried') })
    .filter((job) => wanted.includes(job.status))
    .toReversed();
  return list({ rows, show: (job) => showJob(store, project, job), defaults: { include_retried: 'false' } });
}

function create({ store, project, viewer, input }: ProjectContext): Pipeline {
  const ref = input.requiredText('ref');
  const sha = resolve(project.repository, ref);
  if (sha === undefined) throw refuse(400, { base: ['Reference not found'] });
  const createdAt = store.timestamp();
  const pipeline: Pipeline = {
    id: store.nextId('pipeline'),
    iid: project.pipelines.size + 1,
    sha,
    ref,
    tag: project.repository.tags.has(ref),
    status: 'created',
    source: 'api',
    userId: viewer.id,
    createdAt,
    updatedAt: createdAt,
    startedAt: null,
    finishedAt: null,
  };
  project.pipelines.set(pipeline.id, pipeline);
  const job = {
    pipelineId: pipeline.id,
    kind: 'build',
    retried: false,
    allowFailure: false,
    userId: viewer.id,
  } as const;
  const fresh = { createdAt, startedAt: null, finishedAt: null, trace: '', downstreamId: null } as const;
  for (const name of ['build', 'test']) {
    const id = store.nextId('job');
    project.jobs.set(id, { ...job, ...fresh, id, name, stage: name, status: name === 'build' ? 'pending' : 'created' });
  }
  return pipeline;
}
