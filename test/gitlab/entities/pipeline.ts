import { showCommit } from '../repository/show-commit.ts';
import type { Store } from '../store.ts';
import { projectUrl } from './project.ts';
import type { Project } from './project.ts';
import { showUserId } from './user.ts';

export type CiStatus =
  | 'created'
  | 'waiting_for_resource'
  | 'preparing'
  | 'pending'
  | 'running'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'
  | 'manual'
  | 'scheduled';

export interface Pipeline {
  readonly id: number;
  readonly iid: number;
  readonly sha: string;
  readonly ref: string;
  readonly tag: boolean;
  readonly status: CiStatus;
  readonly source: string;
  readonly userId: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

export interface Job {
  readonly id: number;
  readonly pipelineId: number;
  readonly name: string;
  readonly stage: string;
  readonly status: CiStatus;
  readonly kind: 'build' | 'bridge';
  /** Replaced by a newer run of the same job. */
  readonly retried: boolean;
  readonly allowFailure: boolean;
  readonly userId: number;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  readonly trace: string;
  /** Of a bridge: the pipeline that it started. */
  readonly downstreamId: number | null;
}

/** A pipeline as lists, jobs and merge requests give it. */
export function showPipelineBasics(
  store: Store,
  project: Project,
  pipeline: Pipeline,
): Readonly<Record<string, unknown>> {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: pipeline.ref,
    status: pipeline.status,
    source: pipeline.source,
    created_at: pipeline.createdAt,
    updated_at: pipeline.updatedAt,
    web_url: `${projectUrl(store, project)}/-/pipelines/${String(pipeline.id)}`,
  };
}

/** `GET /projects/:id/pipelines/:pipeline_id`. */
export function showPipeline(store: Store, project: Project, pipeline: Pipeline): Readonly<Record<string, unknown>> {
  return {
    ...showPipelineBasics(store, project, pipeline),
    before_sha: '0'.repeat(40),
    tag: pipeline.tag,
    yaml_errors: null,
    user: showUserId(store, pipeline.userId),
    started_at: pipeline.startedAt,
    finished_at: pipeline.finishedAt,
    committed_at: null,
    duration: seconds(pipeline.startedAt, pipeline.finishedAt),
    queued_duration: 1,
    coverage: null,
    detailed_status: showDetailedStatus(project, pipeline),
    archived: false,
    name: null,
  };
}

export function showJob(store: Store, project: Project, job: Job): Readonly<Record<string, unknown>> {
  const pipeline = project.pipelines.get(job.pipelineId);
  return {
    id: job.id,
    status: job.status,
    stage: job.stage,
    name: job.name,
    ref: '',
    tag: false,
    coverage: null,
    allow_failure: job.allowFailure,
    created_at: job.createdAt,
    started_at: job.startedAt,
    finished_at: job.finishedAt,
    erased_at: null,
    duration: seconds(job.startedAt, job.finishedAt),
    queued_duration: job.startedAt === null ? null : 1.2,
    user: showUserId(store, job.userId),
    ...(pipeline && fromPipeline(store, project, pipeline)),
    ...(job.status === 'failed' && { failure_reason: 'script_failure' }),
    web_url: `${projectUrl(store, project)}/-/jobs/${String(job.id)}`,
    project: { ci_job_token_scope_enabled: false },
    ...(job.kind === 'build' ? buildFields : bridgeFields(store, project, job)),
  };
}

const buildFields = {
  artifacts: [],
  runner: null,
  runner_manager: null,
  artifacts_expire_at: null,
  archived: false,
  tag_list: [],
};

function bridgeFields(store: Store, project: Project, job: Job): object {
  const downstream = job.downstreamId === null ? undefined : project.pipelines.get(job.downstreamId);
  return { downstream_pipeline: downstream === undefined ? null : showPipelineBasics(store, project, downstream) };
}

function fromPipeline(store: Store, project: Project, pipeline: Pipeline): object {
  const commit = project.repository.commits.get(pipeline.sha);
  return {
    ref: pipeline.ref,
    tag: pipeline.tag,
    commit: commit === undefined ? null : showCommit(store, project, commit),
    pipeline: showPipelineBasics(store, project, pipeline),
  };
}

function showDetailedStatus(project: Project, pipeline: Pipeline): unknown {
  const { status } = pipeline;
  const label = status === 'success' ? 'passed' : status;
  return {
    icon: `status_${status}`,
    text: label,
    label,
    group: status,
    tooltip: label,
    has_details: true,
    details_path: `/${project.fullPath}/-/pipelines/${String(pipeline.id)}`,
    illustration: null,
    favicon: `/assets/ci_favicons/favicon_status_${status}.png`,
  };
}

function seconds(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : (Date.parse(to) - Date.parse(from)) / 1000;
}
