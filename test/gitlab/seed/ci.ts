import type { CiStatus, Job, Pipeline } from '../entities/pipeline.ts';
import type { Project } from '../entities/project.ts';
import type { Store } from '../store.ts';
import { hour } from './calendar.ts';
import { people } from './people.ts';
import { deployTrace, plainTrace, testTrace } from './traces.ts';

interface NewPipeline {
  readonly sha: string;
  readonly ref: string;
  readonly status: CiStatus;
  readonly tag?: boolean;
  readonly source?: string;
}

function addPipeline(store: Store, project: Project, options: NewPipeline): Pipeline {
  const { status, tag = false, source = 'push' } = options;
  const iid = project.pipelines.size + 1;
  const finished = status === 'success' || status === 'failed';
  const pipeline: Pipeline = {
    ...options,
    id: store.nextId('pipeline'),
    iid,
    tag,
    source,
    userId: people.bob,
    createdAt: hour(50 + iid),
    updatedAt: hour(51 + iid),
    startedAt: hour(50 + iid),
    finishedAt: finished ? hour(51 + iid) : null,
  };
  project.pipelines.set(pipeline.id, pipeline);
  return pipeline;
}

function addJob(
  store: Store,
  project: Project,
  job: Pick<Job, 'pipelineId' | 'name' | 'stage' | 'status'> & Partial<Job>,
): Job {
  const id = store.nextId('job');
  const started = job.status !== 'manual' && job.status !== 'created' && job.status !== 'pending';
  const added: Job = {
    id,
    kind: 'build',
    retried: false,
    allowFailure: job.status === 'manual',
    userId: people.bob,
    createdAt: hour(50),
    startedAt: started ? hour(51) : null,
    finishedAt: started && job.status !== 'running' ? hour(52) : null,
    trace: started ? plainTrace(job.name) : '',
    downstreamId: null,
    ...job,
  };
  project.jobs.set(id, added);
  return added;
}

/** Pipelines of team/app: passed on main, failed on a branch, running on another, passed on the tag v1.1.0. */
export function seedCi(store: Store, app: Project): void {
  const { branches, tags } = app.repository;
  const on = (ref: string): Pick<NewPipeline, 'ref' | 'sha'> => ({
    ref,
    sha: branches.get(ref)?.sha ?? tags.get(ref)?.sha ?? '',
  });
  const passed = addPipeline(store, app, { ...on('main'), status: 'success' }).id;
  addJob(store, app, { pipelineId: passed, name: 'build', stage: 'build', status: 'success' });
  addJob(store, app, { pipelineId: passed, name: 'test', stage: 'test', status: 'success', trace: testTrace(false) });
  addJob(store, app, { pipelineId: passed, name: 'plan', stage: 'deploy', status: 'success', trace: deployTrace() });
  addJob(store, app, { pipelineId: passed, name: 'deploy', stage: 'deploy', status: 'manual' });
  const failed = addPipeline(store, app, { ...on('feature/login'), status: 'failed' }).id;
  addJob(store, app, { pipelineId: failed, name: 'build', stage: 'build', status: 'success' });
  addJob(store, app, {
    pipelineId: failed,
    name: 'test',
    stage: 'test',
    status: 'failed',
    retried: true,
    trace: testTrace(true),
  });
  addJob(store, app, { pipelineId: failed, name: 'test', stage: 'test', status: 'failed', trace: testTrace(true) });
  const running = addPipeline(store, app, { ...on('feature/draft'), status: 'running' }).id;
  addJob(store, app, { pipelineId: running, name: 'build', stage: 'build', status: 'running' });
  addJob(store, app, { pipelineId: running, name: 'test', stage: 'test', status: 'created' });
  const tagged = addPipeline(store, app, { ...on('v1.1.0'), status: 'success', tag: true }).id;
  addJob(store, app, { pipelineId: tagged, name: 'release', stage: 'deploy', status: 'success' });
  const child = addPipeline(store, app, { ...on('main'), status: 'success', source: 'parent_pipeline' }).id;
  addJob(store, app, { pipelineId: child, name: 'lint', stage: 'test', status: 'success' });
  const bridge = { kind: 'bridge', downstreamId: child } as const;
  addJob(store, app, { pipelineId: passed, name: 'trigger', stage: 'deploy', status: 'success', ...bridge });
}
