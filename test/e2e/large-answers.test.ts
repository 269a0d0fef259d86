import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { serve } from '../gitlab-client/support.ts';
import type { Listener } from '../gitlab-client/support.ts';
import { callTool } from '../support/clients.ts';
import { startService } from '../support/service.ts';
import type { Service } from '../support/service.ts';

const alice = { 'X-GitLab-Token': 'glpat-alice' };
const AT_ONCE = 24;
/** It was 345, and 460 to 520 where they took no turns. */
const MOST_MEGABYTES = 420;

const diff = `+${'some changed line of a lock file\n'.repeat(600_000)}`;
const diffs = Buffer.from(JSON.stringify([{ old_path: 'package-lock.json', new_path: 'package-lock.json', diff }]));
const STEPS = 5;

/** Sends diffs of 20 MB bit by bit, and anything else at once. */
const slowly: Listener = async ({ url = '' }, response) => {
  response.setHeader('content-type', 'application/json');
  if (!url.includes('/diffs')) return response.end('{"id":1}');
  const step = Math.ceil(diffs.length / STEPS);
  for (let sent = 0; sent < diffs.length; sent += step) {
    response.write(diffs.subarray(sent, sent + step));
    await sleep(100); // oxlint-disable-line no-await-in-loop -- slowly
  }
  return response.end();
};

/** The most memory that the process has held so far. */
async function peakMegabytes({ child }: Service): Promise<number> {
  const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
  const [, kilobytes = ''] = /^VmHWM:\s+(?<kilobytes>\d+) kB$/mu.exec(status) ?? [];
  return Number(kilobytes) / 1024;
}

test('large answers that GitLab sends slowly take turns, and a small one does not wait for them', async () => {
  const { origin } = await serve(slowly);
  const service = await startService('all', {
    GITLAB_API_URL: origin,
    // The measure is what it holds, not what V8 lets lie about.
    NODE_OPTIONS: '--max-old-space-size=200',
    MAX_GITLAB_BYTES: '25000000',
    MAX_GITLAB_BYTES_IN_FLIGHT: '50000000',
  });
  onTestFinished(async () => void (await service.stop('SIGKILL')));
  const large = Array.from({ length: AT_ONCE }, async (_, index) => {
    const args = { project_id: 'team/app', merge_request_iid: index + 1 };
    return callTool(service.url, { name: 'get_merge_request_diffs', args }, alice);
  });
  await sleep(300);
  const small = callTool(service.url, { name: 'get_project', args: { project_id: 'team/app' } }, alice);
  const first = await Promise.race([small, Promise.all(large)]);
  const answers = await Promise.all(large);

  expect(first).toMatchObject({ isError: false, text: expect.stringContaining('1') });
  expect(answers.filter(({ isError }) => isError)).toEqual([]);
  expect(await peakMegabytes(service)).toBeLessThan(MOST_MEGABYTES);
});
