import { beforeEach, describe, expect, test } from 'vitest';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import { createProjects } from '../../src/worker/projects.ts';
import type { CallersProjects, Projects } from '../../src/worker/projects.ts';

const status = (code: number): GitLabFailure =>
  new GitLabFailure('GITLAB_FAILED', String(code), { acted: 'no', status: code });

let now: number;
let asked: string[];
/** What GitLab shows, by what it is asked for; a moved project is found under its old path too. */
let shown: Map<string, { readonly id: number; readonly path_with_namespace: string } | GitLabFailure>;
let projects: Projects;

beforeEach(() => {
  now = 0;
  asked = [];
  const app = { id: 1, path_with_namespace: 'team/App' };
  shown = new Map([
    ['1', app],
    ['team/app', app],
    ['team/old-app', app],
    ['2', { id: 2, path_with_namespace: 'team/lib' }],
  ]);
  projects = createProjects({ now: () => now, maxKept: 4 });
});

const under = (lists: string[][], token = 'glpat-alice', askedAt?: number): CallersProjects =>
  projects.under({
    token,
    askedAt,
    grants: { allowedProjects: lists },
    send: async ({ method, path }) => {
      const entry = decodeURIComponent(path.replace('/projects/', ''));
      asked.push(`${method} ${entry}`);
      const body = shown.get(entry) ?? status(404);
      if (body instanceof GitLabFailure) throw body;
      return { body };
    },
  });

const askAs = async (token: string): Promise<unknown> => under([['team/app']], token).numberOf('1');

describe('the number of a project', () => {
  test.each([
    [['team/app'], 'team/app'],
    [['team/app'], 'TEAM/APP'],
    [['team/app'], '1'],
    [['team/app'], '01'],
    [['1'], 'team/app'],
    [['1'], '1'],
    [['team/old-app'], 'team/app'],
    [['team/old-app'], 'team/old-app'],
    [['team/old-app'], '1'],
    [['2', 'team/app'], '1'],
  ])('of a list %j is found by %s', async (list, name) => {
    await expect(under([list]).numberOf(name)).resolves.toBe('1');
  });

  test.each(['team/lib', '2', 'team/other', 'team/app/x'])(
    'is not told of %s, and GitLab is not asked',
    async (name) => {
      await expect(under([['team/app']]).numberOf(name)).resolves.toBeUndefined();
      expect(asked).toEqual(['GET team/app']);
    },
  );

  test('is not told of another number, without any request', async () => {
    await expect(under([['1']]).numberOf('2')).resolves.toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('is not told of a project that GitLab hides from the caller', async () => {
    shown.clear();

    await expect(under([['1', 'team/app']]).numberOf('team/app')).resolves.toBeUndefined();
  });

  test('is not told of a project that a further list leaves out, and of whose entries GitLab is not asked', async () => {
    const narrowed = under([
      ['team/app', '2'],
      ['2', 'secret/vault'],
    ]);

    await expect(narrowed.numberOf('team/app')).resolves.toBeUndefined();
    await expect(narrowed.numberOf('team/lib')).resolves.toBe('2');
    await expect(narrowed.numbers()).resolves.toEqual(new Set(['2']));
    expect(new Set(asked)).toEqual(new Set(['GET team/app', 'GET 2']));
  });
});

describe('an answer', () => {
  test('is kept a minute', async () => {
    await under([['team/app']]).numberOf('team/app');
    now = 60_000;
    await under([['team/app']]).numberOf('1');

    expect(asked).toHaveLength(1);
    now = 60_001;
    await under([['team/app']]).numberOf('1');
    expect(asked).toHaveLength(2);
  });

  test('is kept five seconds for a name that is not in it, so that a renamed project is found', async () => {
    await under([['1']]).numberOf('team/new');
    await under([['1']]).numberOf('team/new');
    expect(asked).toHaveLength(1);
    shown.set('1', { id: 1, path_with_namespace: 'team/new' });
    now = 5001;

    await expect(under([['1']]).numberOf('team/new')).resolves.toBe('1');
  });

  test('that came after a call was asked is good for all of that call, however long it takes', async () => {
    await under([['1', '2']], 'glpat-alice', now).numberOf('team/new');
    now = 40_000;
    await under([['1', '2']], 'glpat-alice', 0).numberOf('team/new');
    expect(asked).toHaveLength(2);

    await under([['1', '2']], 'glpat-alice', 1).numberOf('team/new');
    expect(asked).toHaveLength(4);
  });

  test('is kept for its own token only', async () => {
    await under([['team/app']], 'glpat-alice').numberOf('1');
    shown.clear();

    await expect(under([['team/app']], 'glpat-bob').numberOf('1')).resolves.toBeUndefined();
  });

  test('that was not used for longest makes place for others', async () => {
    await askAs('a');
    await Promise.all([askAs('b'), askAs('c'), askAs('d')]);
    await askAs('a');
    await askAs('e');
    expect(asked).toHaveLength(5);

    await askAs('a');
    expect(asked).toHaveLength(5);
    await askAs('b');
    expect(asked).toHaveLength(6);
  });
});

test.each([401, 403, 500])('a failure of GitLab’s (%i) is no answer: it is thrown, and not kept', async (code) => {
  shown.set('team/app', status(code));
  await expect(under([['team/app']]).numberOf('1')).rejects.toThrow(String(code));
  shown.set('team/app', { id: 1, path_with_namespace: 'team/app' });

  await expect(under([['team/app']]).numberOf('1')).resolves.toBe('1');
});
