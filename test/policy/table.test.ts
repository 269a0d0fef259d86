import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tools } from '../../src/tools/index.ts';
import type { JournalEntry } from '../gitlab/journal.ts';
import { startGitLab } from '../gitlab/server.ts';
import { callTool } from '../support/clients.ts';
import { startWhole } from '../support/whole.ts';
import { isOutside } from './judge.ts';
import { sections } from './table.ts';
import type { Outcome } from './table.ts';

/** Each attempt through HTTP, queue and worker, judged by what reached the stand-in GitLab. */

test('the table has at least 120 attempts, and every tool is in it', () => {
  const attempts = sections.flatMap((section) => section.attempts);

  expect(attempts.length).toBeGreaterThanOrEqual(120);
  expect(new Set(attempts.map(({ tool }) => tool))).toEqual(new Set(tools.keys()));
});

const foreign = /"(?:team\/lib|open\/handbook|team\/subgroup\/deep\.project)|First issue of/u;

/** What an outcome says of the answer and of the requests that came to GitLab. */
const judges: Readonly<Record<Outcome, (text: string, requests: readonly JournalEntry[]) => void>> = {
  refused: (text, requests) => {
    expect(text).toMatch(/^NOT_PERMITTED: /u);
    expect(requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  },
  invalid: (text, requests) => {
    expect(text).toMatch(/^INVALID_ARGUMENTS: /u);
    expect(requests).toEqual([]);
  },
  stays: (text, requests) => {
    expect(text).not.toMatch(/^(?:NOT_PERMITTED|INTERNAL)/u);
    expect(requests.length).toBeGreaterThan(0);
  },
  filtered: (text) => {
    expect(text).toMatch(/"filtered":true|^GITLAB_NOT_FOUND/u);
    expect(text).not.toMatch(/"total/u);
    expect(text).not.toMatch(foreign);
  },
  answered: (text, requests) => {
    expect(text).not.toMatch(/^[A-Z_]+: /u);
    expect(requests.length).toBeGreaterThan(0);
  },
};

describe.each(sections)('$title', ({ env, headers, inside, attempts }) => {
  let gitlab: Awaited<ReturnType<typeof startGitLab>>;
  let service: Awaited<ReturnType<typeof startWhole>>;
  const list = (env['GITLAB_ALLOWED_PROJECT_IDS'] ?? '').toLowerCase().split(',');

  beforeAll(async () => {
    gitlab = await startGitLab();
    service = await startWhole({ GITLAB_API_URL: gitlab.apiUrl, ...env });
  });

  afterAll(async () => {
    await service.close();
    await gitlab.close();
  });

  beforeEach(() => {
    gitlab.journal.clear();
  });

  test.each(attempts)('$tool, $how: $outcome', async ({ tool: name, args, outcome }) => {
    const { text } = await callTool(service.url, { name, args }, { 'X-GitLab-Token': 'glpat-alice', ...headers });
    // The audit log asks who the caller is, in its own time.
    const requests = gitlab.journal.entries().filter(({ path }) => path !== '/api/v4/user');

    judges[outcome](text, requests);
    expect(requests.filter((request) => isOutside(request, { inside, list }))).toEqual([]);
  });
});
