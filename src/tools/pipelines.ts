import * as z from 'zod';
import { Failure } from '../errors.ts';
import { flag, number, paging, projectId, text } from './inputs.ts';
import { inside, jobFields, pipelineFields, runnerJobFields, wholePipelineFields } from './shown-fields.ts';
import type { AskGitLab } from './tool.ts';
import { defineTool } from './tool.ts';
import { pipelineVariables } from './variables.ts';

const onePipeline = { project_id: projectId, pipeline_id: number };

/** What both a pipeline and a job can be. */
const states = [
  'created',
  'waiting_for_resource',
  'preparing',
  'waiting_for_callback',
  'pending',
  'running',
  'success',
  'failed',
  'canceling',
  'canceled',
  'skipped',
  'manual',
  'scheduled',
] as const;

const jobScope = z.array(z.enum(states));

export const listPipelines = defineTool({
  name: 'list_pipelines',
  summary: 'List pipelines of a project, newest first.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/pipelines',
  input: {
    project_id: projectId,
    scope: z.enum(['running', 'pending', 'finished', 'branches', 'tags']).optional(),
    status: z.enum(states).optional(),
    ref: text.optional(),
    sha: text.optional(),
    ...paging,
  },
  examples: [
    { project_id: 'team/app' },
    {
      project_id: 'team/app',
      scope: 'finished',
      status: 'failed',
      ref: 'feature/login',
      sha: 'df9efc2efd64ae552f98fcc368922d78011a32ec',
      page: 1,
      per_page: 5,
    },
  ],
  shows: pipelineFields,
});

export const getPipeline = defineTool({
  name: 'get_pipeline',
  summary: 'Read one pipeline: status, durations, coverage, YAML errors.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/pipelines/:pipeline_id',
  input: onePipeline,
  examples: [{ project_id: 'team/app', pipeline_id: 802 }],
  shows: wholePipelineFields,
});

export const createPipeline = defineTool({
  name: 'create_pipeline',
  summary: 'Run a new pipeline on a branch or tag.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/pipeline',
  input: { project_id: projectId, ref: text, variables: pipelineVariables.optional() },
  examples: [
    { project_id: 'team/app', ref: 'main' },
    { project_id: 'team/app', ref: 'v1.1.0', variables: [{ key: 'DEPLOY_TO', value: 'staging' }] },
  ],
  shows: wholePipelineFields,
  verifyWith: 'list_pipelines',
});

export const retryPipeline = defineTool({
  name: 'retry_pipeline',
  summary: 'Run the failed and canceled jobs of a pipeline again.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/pipelines/:pipeline_id/retry',
  input: onePipeline,
  examples: [{ project_id: 'team/app', pipeline_id: 802 }],
  shows: wholePipelineFields,
  verifyWith: 'get_pipeline',
});

export const cancelPipeline = defineTool({
  name: 'cancel_pipeline',
  summary: 'Cancel all jobs of a pipeline that are not finished.',
  effect: 'destructive',
  endpoint: 'POST /projects/:project_id/pipelines/:pipeline_id/cancel',
  input: onePipeline,
  examples: [{ project_id: 'team/app', pipeline_id: 803 }],
  shows: wholePipelineFields,
  verifyWith: 'get_pipeline',
});

export const listPipelineJobs = defineTool({
  name: 'list_pipeline_jobs',
  summary: 'List the jobs of a pipeline; scope picks states, include_retried shows earlier runs too.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/pipelines/:pipeline_id/jobs',
  input: { ...onePipeline, scope: jobScope.optional(), include_retried: flag.optional(), ...paging },
  examples: [
    { project_id: 'team/app', pipeline_id: 801 },
    {
      project_id: 'team/app',
      pipeline_id: 802,
      scope: ['failed', 'canceled'],
      include_retried: true,
      page: 1,
      per_page: 100,
    },
  ],
  shows: runnerJobFields,
});

export const listPipelineTriggerJobs = defineTool({
  name: 'list_pipeline_trigger_jobs',
  summary: 'List the trigger jobs (bridges) of a pipeline with the pipelines that they started.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/pipelines/:pipeline_id/bridges',
  input: { ...onePipeline, scope: jobScope.optional(), ...paging },
  examples: [
    { project_id: 'team/app', pipeline_id: 801 },
    { project_id: 'team/app', pipeline_id: 801, scope: ['success', 'failed'], page: 1, per_page: 50 },
  ],
  shows: [...jobFields, ...inside('downstream_pipeline', ['id', 'project_id', 'status', 'ref', 'sha', 'web_url'])],
});

const releases = z.array(z.looseObject({ tag_name: z.string(), upcoming_release: z.boolean().nullish() }));
const pipelines = z.array(z.looseObject({ id: z.number() }));

/** Releases that are planned stand before the latest one. */
const RELEASES_ASKED = 20;
const JOBS_ASKED = 100;

/** So many jobs beside each other must fit into an answer; get_pipeline_job tells more. */
const jobsInShort = ['id', 'name', 'stage', 'status', 'failure_reason', 'allow_failure', 'duration', 'web_url'];

async function latestRelease(ask: AskGitLab, project_id: string): Promise<z.infer<typeof releases>[number]> {
  const { body } = await ask('GET /projects/:project_id/releases', { project_id, per_page: RELEASES_ASKED });
  const found = releases.parse(body).find((release) => release.upcoming_release !== true);
  if (found !== undefined) return found;
  throw new Failure('GITLAB_NOT_FOUND', `${project_id} has no release yet. See list_releases.`);
}

async function pipelineOfTag(ask: AskGitLab, project_id: string, tag: string): Promise<number> {
  const { body } = await ask('GET /projects/:project_id/pipelines', { project_id, ref: tag, per_page: 1 });
  const [found] = pipelines.parse(body);
  if (found !== undefined) return found.id;
  const words = `No pipeline ran on the tag ${tag} of the latest release. See list_pipelines with the sha of its commit.`;
  throw new Failure('GITLAB_NOT_FOUND', words);
}

export const getLatestReleasePipeline = defineTool({
  name: 'get_latest_release_pipeline',
  summary: 'Read the latest release, the pipeline of its tag and the jobs of that pipeline.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/pipelines',
  input: { project_id: projectId },
  view: { include_jobs: flag.default(true) },
  examples: [{ project_id: 'team/app' }, { project_id: 'team/app', include_jobs: false }],
  shows: [
    ...inside('release', ['name', 'tag_name', 'released_at', 'commit.id', '_links.self']),
    ...inside('pipeline', wholePipelineFields),
    ...inside('jobs', jobsInShort),
    'jobs_left_out',
  ],
  run: async (ask, { project_id, include_jobs }) => {
    const release = await latestRelease(ask, project_id);
    const of = { project_id, pipeline_id: await pipelineOfTag(ask, project_id, release.tag_name) };
    const { body: pipeline } = await ask('GET /projects/:project_id/pipelines/:pipeline_id', of);
    if (!include_jobs) return { body: { release, pipeline }, page: undefined };
    const asked = { ...of, per_page: JOBS_ASKED };
    const { body: jobs, page } = await ask('GET /projects/:project_id/pipelines/:pipeline_id/jobs', asked);
    const more = { jobs_left_out: `see list_pipeline_jobs with page=2 and per_page=${String(JOBS_ASKED)}` };
    return { body: { release, pipeline, jobs, ...(page?.nextPage !== undefined && more) }, page: undefined };
  },
});
