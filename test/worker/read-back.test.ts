import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import type { Answer } from '../../src/queue/call.ts';
import { Later } from '../../src/queue/turn.ts';
import type { Args } from '../../src/tools/tool.ts';
import { readBack } from '../../src/worker/read-back.ts';
import type { FaultRule } from '../gitlab/faults.ts';
import { startGitLab } from '../gitlab/server.ts';
import { toolNamed } from '../support/tool.ts';
import { everything, runWrite } from './write-run.ts';

type Kind = 'htmlBefore' | 'resetBefore' | 'htmlAfter' | 'resetAfter';

let gitlab: Awaited<ReturnType<typeof startGitLab>>;

beforeEach(async () => {
  gitlab = await startGitLab();
});

afterEach(async () => {
  await gitlab.close();
});

type Circumstances = Partial<Parameters<typeof runWrite>[2]>;

const run = async (name: string, args: Args, circumstances: Circumstances = {}): Promise<Answer> =>
  runWrite(name, args, { apiUrl: gitlab.apiUrl, ...circumstances });

/** Every try of the write meets the fault. */
const breakWrites = (kind: Kind, method = 'POST'): void => {
  const rule: FaultRule = { match: { method }, fault: { kind } };
  gitlab.faults.add(rule);
};

/** The write's requests, and those after them. */
function requests(): { readonly writes: number; readonly looks: readonly string[] } {
  const entries = gitlab.journal.entries();
  const last = entries.findLastIndex(({ method }) => method !== 'GET');
  const looks = entries.slice(last + 1).map(({ method, path }) => `${method} ${path}`);
  return { writes: entries.filter(({ method }) => method !== 'GET').length, looks };
}

const project = { project_id: 'team/app' };
const label = { ...project, name: 'fresh', color: '#123456' };

const once: readonly (readonly [string, string, Args, RegExp])[] = [
  [
    'create_or_update_file',
    'PUT',
    { ...project, file_path: 'README.md', branch: 'main', content: 'New\n', commit_message: 'm' },
    /README\.md on the branch main has this content/u,
  ],
  [
    'create_or_update_file',
    'POST',
    { ...project, file_path: 'docs/new.md', branch: 'main', content: 'Tg==', encoding: 'base64', commit_message: 'm' },
    /"file_path":"docs\/new\.md","branch":"main"/u,
  ],
  [
    'push_files',
    'POST',
    {
      ...project,
      branch: 'tidy',
      start_branch: 'main',
      commit_message: 'Tidy',
      actions: [
        { action: 'create', file_path: 'docs/logo.txt', content: 'SGk=', encoding: 'base64' },
        { action: 'update', file_path: 'README.md', content: '# App\n' },
        { action: 'delete', file_path: 'docs/my notes.md' },
        { action: 'chmod', file_path: 'bin/run.sh', execute_filemode: false },
      ],
    },
    /are on the branch tidy as it wanted them.*"title":"Tidy"/u,
  ],
  [
    'create_merge_request',
    'POST',
    { ...project, title: 'Try again', source_branch: 'abandoned', target_branch: 'main' },
    /merge request !\d+ from abandoned into main is open.*"title":"Try again"/u,
  ],
  ['merge_merge_request', 'PUT', { ...project, merge_request_iid: 2 }, /!2 is merged.*"state":"merged"/u],
  ['create_branch', 'POST', { ...project, branch: 'fix/login', ref: 'main' }, /fix\/login is at the commit of main/u],
  ['create_label', 'POST', label, /the label fresh is there.*"color":"#123456"/u],
  [
    'create_release',
    'POST',
    { ...project, tag_name: 'v1.2.0', ref: 'main', name: 'N' },
    /release of v1\.2\.0.*"name":"N"/u,
  ],
  ['create_milestone', 'POST', { ...project, title: 'v1.4', due_date: '2027-01-01' }, /the milestone v1\.4 is there/u],
];

describe.each(once)('%s whose answer to its %s is lost', (name, method, args, shown) => {
  test.each(['htmlAfter', 'resetAfter'] as const)('after it was applied (%s) is found, and sent once', async (kind) => {
    breakWrites(kind, method);
    const answer = await run(name, args);

    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer).replaceAll(String.raw`\"`, '"')).toMatch(shown);
    expect(JSON.stringify(answer)).toContain(
      "GitLab's answer to this write was lost. Read afterwards, the state is as asked: ",
    );
    expect(requests()).toEqual({ writes: 1, looks: expect.arrayContaining([expect.stringMatching(/^GET /u)]) });
  });

  test.each(['htmlBefore', 'resetBefore'] as const)(
    'before it was applied (%s) is not found, and sent once',
    async (kind) => {
      breakWrites(kind, method);
      const answer = await run(name, args);

      expect(answer).toMatchObject({
        ok: false,
        code: 'OUTCOME_UNKNOWN',
        detail: expect.stringMatching(
          /may or may not have happened\. Looked at once: GitLab does not show it .* \(yet\)\.$/u,
        ),
      });
      expect(requests()).toEqual({ writes: 1, looks: expect.arrayContaining([expect.stringMatching(/^GET /u)]) });
    },
  );
});

const deletions: readonly (readonly [string, Args])[] = [
  ['delete_label', { label_id: 'feature' }],
  ['delete_milestone', { milestone_id: 302 }],
  ['delete_release', { tag_name: 'v1.0.0' }],
  ['delete_wiki_page', { slug: 'home' }],
  ['delete_issue', { issue_iid: 3 }],
];

describe.each(deletions)('%s whose answers are lost', (name, args) => {
  test('after it was applied is found to be gone', async () => {
    breakWrites('htmlAfter', 'DELETE');
    const answer = await run(name, { ...project, ...args });

    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer)).toMatch(/the state is as asked: the [a-z ]+ is not there any more/u);
  });

  test('before it was applied is found to be there', async () => {
    breakWrites('resetBefore', 'DELETE');

    expect(await run(name, { ...project, ...args })).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
    expect(requests().looks).toHaveLength(1);
  });
});

test('a release whose deletion was carried out, and is then refused because it is gone, is found to be gone', async () => {
  gitlab.faults.add({ match: { method: 'DELETE' }, times: 1, fault: { kind: 'htmlAfter' } });
  const answer = await run('delete_release', { ...project, tag_name: 'v1.0.0' });

  expect(answer).toMatchObject({ ok: true });
  expect(gitlab.journal.entries().map(({ method, status }) => `${method} ${String(status)}`)).toEqual([
    'DELETE 502',
    'DELETE 403',
    'GET 404',
    'GET 200',
  ]);
});

describe('a look', () => {
  test('that fails leaves the outcome unknown, as it was', async () => {
    breakWrites('htmlAfter');
    gitlab.faults.add({ match: { method: 'GET' }, fault: { kind: 'status', status: 403, body: { message: 'no' } } });
    const answer = await run('create_label', label);

    expect(answer).toMatchObject({
      ok: false,
      code: 'OUTCOME_UNKNOWN',
      detail: expect.stringMatching(/may or may not have happened\.$/u),
    });
  });

  test('is not made for a write that GitLab refused, nor for one that cannot be told', async () => {
    await run('create_label', { ...label, name: 'bug' });
    breakWrites('htmlAfter');
    await run('create_issue', { ...project, title: 'T' });

    expect(requests()).toEqual({ writes: 2, looks: [] });
  });

  test('never writes', async () => {
    breakWrites('htmlBefore');
    const answer = await run('create_label', label, {
      changed: {
        readBack: async (ask) => {
          await ask('POST /projects/:project_id/labels', { ...project, name: 'again', color: '#000000' });
          return { words: 'it was written again' };
        },
      },
    });

    expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
    expect(requests()).toEqual({ writes: 1, looks: [] });
  });

  test('stays inside the allowed projects, each by its number', async () => {
    const grants = { ...everything, allowedProjects: [['team/app']] };
    breakWrites('htmlAfter');
    const inside = await run('create_label', label, { grants });
    const { looks } = requests();
    const outside = await run(
      'create_label',
      { ...label, name: 'second' },
      {
        grants,
        changed: {
          readBack: async (ask) => {
            await ask('GET /projects/:project_id', { project_id: 'team/docs' });
            return { words: 'seen' };
          },
        },
      },
    );

    expect(inside).toMatchObject({ ok: true });
    expect(looks).toEqual([expect.stringMatching(/^GET \/api\/v4\/projects\/\d+\/labels\/fresh$/u)]);
    expect(outside).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
    expect(gitlab.journal.entries().filter(({ path }) => path.includes('docs'))).toEqual([]);
  });

  test('that has no place at the gates does not put the write back into the queue', async () => {
    breakWrites('htmlAfter');
    const answer = await run('create_label', label, { reserve: async () => ({ verdict: 'limited', waitMs: 60_000 }) });

    expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
    expect(requests().writes).toBe(1);
  });

  test('that would wait in the queue is given up', async () => {
    const lost = new Failure('OUTCOME_UNKNOWN', 'lost');
    const looks = readBack({
      tool: toolNamed('create_label'),
      args: label,
      ask: async () => {
        throw new Later(5000);
      },
      ending: new AbortController(),
      maxBytes: 1000,
    });

    await expect(looks(lost)).rejects.toBe(lost);
  });

  test('ends after its time', async () => {
    const lost = new Failure('OUTCOME_UNKNOWN', 'lost');
    const ending = new AbortController();
    const looks = readBack({
      tool: toolNamed('create_label'),
      args: label,
      ask: async () =>
        new Promise((_, reject) => {
          ending.signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        }),
      ending,
      maxBytes: 1000,
      longestMs: 20,
    });

    await expect(looks(lost)).rejects.toBe(lost);
    // Given up here: silence of GitLab's would count for the breaker.
    expect(ending.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
});
