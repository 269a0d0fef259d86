import * as z from 'zod';
import { count, flag, number, projectId, text } from './inputs.ts';
import { createLogReader } from './job-log/reader.ts';
import { defineTool } from './tool.ts';

const MAX_LINES = 100_000;

export const getPipelineJobOutput = defineTool({
  name: 'get_pipeline_job_output',
  summary:
    'Read the log of a CI job: its last lines, or by head, tail, search (regular expression), or an extract of what matters.',
  effect: 'read',
  endpoint: 'GET /projects/:project_id/jobs/:job_id/trace',
  input: { project_id: projectId, job_id: number },
  view: {
    head: count(MAX_LINES).optional(),
    tail: count(MAX_LINES).optional(),
    search: text.max(1000).optional(),
    context_lines: count(100).optional().describe('Lines around each match.'),
    invert_match: flag.optional(),
    extract: z
      .enum(['terraform_outputs', 'terraform_resources', 'terraform_all', 'aws_assets', 'errors', 'test_results'])
      .optional(),
    format: z.enum(['json', 'text']).optional(),
  },
  examples: [
    { project_id: 'team/app', job_id: 1 },
    { project_id: 'team/app', job_id: 1, search: 'ERROR|FAIL', context_lines: 2, tail: 50 },
  ],
  reads: (args, maxBytes) => createLogReader({ ...args, maxBytes }),
});
