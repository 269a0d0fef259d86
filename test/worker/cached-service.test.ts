import { afterEach, beforeEach, expect, test } from 'vitest';
import { startGitLab } from '../gitlab/server.ts';
import type { GitLabServer } from '../gitlab/server.ts';
import { callTool, post } from '../support/clients.ts';
import { startWhole } from '../support/whole.ts';

let gitlab: GitLabServer;
let stop: (() => Promise<void>) | undefined;

beforeEach(async () => {
  gitlab = await startGitLab();
});

afterEach(async () => {
  await stop?.();
  await gitlab.close();
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<string> {
  const whole = await startWhole({
    GITLAB_API_URL: gitlab.apiUrl,
    GITLAB_PERSONAL_ACCESS_TOKEN: 'glpat-alice',
    ALLOW_UNAUTHENTICATED: 'true',
    ...env,
  });
  stop = async () => whole.close();
  return whole.url;
}

const issue = { project_id: '1', issue_iid: 1 };
const statuses = (): readonly (number | null)[] => gitlab.journal.entries().map(({ status }) => status);
const read = async (url: string): Promise<string> => (await callTool(url, { name: 'get_issue', args: issue })).text;

test('a repeated read gets the same answer, which GitLab does not send again', async () => {
  const url = await start();
  const texts = [await read(url), await read(url), await read(url)];

  expect(statuses()).toEqual([200, 304, 304]);
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).toContain('"iid":1');
});

test('a read after a write sees it', async () => {
  const url = await start();
  await read(url);
  await callTool(url, { name: 'update_issue', args: { ...issue, title: 'Renamed' } });

  await expect(read(url)).resolves.toContain('"title":"Renamed"');
});

test('a read that wants no cache is answered by GitLab in full', async () => {
  const url = await start();
  await read(url);
  const params = { name: 'get_issue', arguments: issue, _meta: { cache: 'no-cache' } };
  await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/call', params });

  expect(statuses()).toEqual([200, 200]);
});

test('READ_CACHE=off asks GitLab in full every time', async () => {
  const url = await start({ READ_CACHE: 'off' });
  await read(url);
  await read(url);

  expect(statuses()).toEqual([200, 200]);
});
