import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callTool } from '../support/clients.ts';
import type { Service } from '../support/service.ts';
import { setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const MOST_BYTES = 60_000;
const MOST_MEGABYTES = 300;

let stage: Stage;
let service: Service;

beforeAll(async () => {
  stage = await setStage(5);
  service = await stage.start('all', { REDIS_URL: '' });
});

afterAll(async () => stage.stop());

/** The most memory that the process has held so far. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile(`/proc/${String(service.child.pid)}/status`, 'utf8');
  const [, kilobytes = ''] = /^VmHWM:\s+(?<kilobytes>\d+) kB$/mu.exec(status) ?? [];
  return Number(kilobytes) / 1024;
}

test.each([
  ['its last lines', {}],
  ['a search', { search: 'ERROR', context_lines: 1 }],
  ['an extract', { extract: 'errors' }],
])('a log of 34 MB is answered inside the byte budget and the memory: %s', async (_, view) => {
  await stage.gitlab.fault({ match: { path: '/trace' }, times: 1, fault: { kind: 'hugeTrace', megabytes: 34 } });
  const args = { project_id: 'team/app', job_id: 1, ...view };
  const { text, isError } = await callTool(service.url, { name: 'get_pipeline_job_output', args }, alice);

  expect(isError).toBe(false);
  expect(text).toMatch(/ERROR/u);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
  expect(await peakMegabytes()).toBeLessThan(MOST_MEGABYTES);
});

test.each(['get_merge_request_diffs', 'list_merge_request_diffs'])(
  'a diff of 10 MB is answered inside the byte budget and the memory: %s',
  async (name) => {
    await stage.gitlab.fault({ match: { path: '/diffs' }, times: 1, fault: { kind: 'hugeDiff', megabytes: 10 } });
    const args = { project_id: 'team/app', merge_request_iid: 1 };
    const { text, isError } = await callTool(service.url, { name, args }, alice);

    expect(isError).toBe(false);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
    expect(await peakMegabytes()).toBeLessThan(MOST_MEGABYTES);
  },
);
