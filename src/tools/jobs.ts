import * as z from 'zod';
import { count, flag, number, projectId, text } from './inputs.ts';
import { createLogReader } from './job-log/reader.ts';
import { runnerJobFields } from './shown-fields.ts';
import { defineTool } from './tool.ts';
import { jobVariables } from './variables.ts';

const MAX_LINES = 100_000;

const oneJob = { project_id: projectId, job_id: number };

const whole = [
  ...runnerJobFields,
  'tag',
  'tag_list',
  'erased_at',
  'archived',
  'artifacts.file_type',
  'artifacts.filename',
  'artifacts.size',
  'artifacts_expire_at',
];

export const getPipelineJob = defineTool({
  name: 'get_pipeline_job',
  summary: 'Read one CI job: status, why it failed, durations, runner, artifacts.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/jobs/:job_id',
  input: oneJob,
  examples: [{ project_id: 'team/app', job_id: 7007 }],
  shows: whole,
});

export const getPipelineJobOutput = defineTool({
  name: 'get_pipeline_job_output',
  summary:
    'Read the log of a CI job: its last lines, or by head, tail, search (regular expression), or an extract of what matters.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/jobs/:job_id/trace',
  input: oneJob,
  view: {
    head: count(MAX_LINES).optional(),
    tail: count(MAX_LINES).optional(),
    search: text.max(1000).optional(),
    context_lines: count(500).optional().describe('Lines around each match.'),
    invert_match: flag.optional(),
    extract: z
      .enum(['terraform_outputs', 'terraform_resources', 'terraform_all', 'aws_assets', 'errors', 'test_results'])
      .optional(),
    format: z.enum(['json', 'text']).optional(),
  },
  examples: [
    { project_id: 'team/app', job_id: 7003 },
    { project_id: 'team/app', job_id: 7003, search: 'ERROR|FAIL', context_lines: 2, tail: 50 },
  ],
  reads: (args, maxBytes) => createLogReader({ ...args, maxBytes }),
});

export const playPipelineJob = defineTool({
  name: 'play_pipeline_job',
  summary: 'Start a manual job.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/jobs/:job_id/play',
  input: { ...oneJob, job_variables: jobVariables.optional() },
  examples: [
    { project_id: 'team/app', job_id: 7004 },
    { project_id: 'team/app', job_id: 7004, job_variables: [{ key: 'DEPLOY_TO', value: 'staging' }] },
  ],
  shows: whole,
  verifyWith: 'get_pipeline_job',
  run: async (ask, { job_variables, ...job }) =>
    ask('POST /projects/:project_id/jobs/:job_id/play', { ...job, job_variables_attributes: job_variables }),
});

export const retryPipelineJob = defineTool({
  name: 'retry_pipeline_job',
  summary: 'Run a finished job again; the answer is the new job, with its own id.',
  effect: 'write',
  endpoint: 'POST /projects/:project_id/jobs/:job_id/retry',
  input: oneJob,
  examples: [{ project_id: 'team/app', job_id: 7007 }],
  shows: whole,
  verifyWith: 'list_pipeline_jobs',
});

export const cancelPipelineJob = defineTool({
  name: 'cancel_pipeline_job',
  summary: 'Cancel a job that is not finished.',
  effect: 'destructive',
  endpoint: 'POST /projects/:project_id/jobs/:job_id/cancel',
  input: oneJob,
  examples: [{ project_id: 'team/app', job_id: 7008 }],
  shows: whole,
  verifyWith: 'get_pipeline_job',
});
