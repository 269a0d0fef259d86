import { expect, test } from 'vitest';
import { pick } from '../../src/tools/show.ts';
import { runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const PLAY = 'POST /projects/team%2Fapp/jobs/7/play';

test('play_pipeline_job sends job_variables under the name that GitLab gives them', async () => {
  const job_variables = [{ key: 'TO', value: '' }];
  const args = { project_id: 'team/app', job_id: 7, job_variables };
  const { asked, shown } = await runTool('play_pipeline_job', args, { [PLAY]: { id: 7, status: 'pending' } });

  expect(asked).toMatchObject([{ route: PLAY, body: { job_variables_attributes: job_variables } }]);
  expect(shown).toEqual({ id: 7, status: 'pending' });
});

test('play_pipeline_job sends nothing without variables', async () => {
  const { asked } = await runTool('play_pipeline_job', { project_id: 'team/app', job_id: 7 }, { [PLAY]: { id: 7 } });

  expect(asked[0]?.body).toEqual({});
});

test('a job is shown with why it failed, where it ran and what it left', () => {
  const job = {
    id: 7,
    stage: 'test',
    status: 'failed',
    failure_reason: 'script_failure',
    allow_failure: false,
    runner: { id: 1, description: 'shared-1', ip_address: '10.0.0.1', token: 'secret' },
    pipeline: { id: 801, status: 'failed' },
    commit: { id: 'abc', title: 'Add the login', author_email: 'x@example.com' },
    artifacts_file: { filename: 'artifacts.zip', size: 1000 },
    artifacts: [{ file_type: 'junit', filename: 'junit.xml.gz', size: 20, file_format: 'gzip' }],
  };

  expect(pick(job, toolNamed('get_pipeline_job').shows ?? [])).toEqual({
    id: 7,
    stage: 'test',
    status: 'failed',
    failure_reason: 'script_failure',
    allow_failure: false,
    runner: 'shared-1',
    pipeline: 801,
    commit: 'Add the login',
    artifacts_file: { filename: 'artifacts.zip', size: 1000 },
    artifacts: [{ file_type: 'junit', filename: 'junit.xml.gz', size: 20 }],
  });
});
