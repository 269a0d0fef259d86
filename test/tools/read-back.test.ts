import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { tools } from '../../src/tools/index.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import { requestFor } from '../../src/tools/request.ts';
import type { Args, AskGitLab, Finding } from '../../src/tools/tool.ts';
import { toolNamed } from '../support/tool.ts';

type Answers = Readonly<Record<string, unknown>>;

interface Looked {
  readonly finding: Finding;
  /** `GET /projects/team%2Fapp` */
  readonly asked: readonly string[];
}

/** Reads a write back from a GitLab of these answers; anything else it does not know. */
async function look(name: string, args: Args, answers: Answers): Promise<Looked> {
  const asked: string[] = [];
  const ask: AskGitLab = async (endpoint, params) => {
    const { method, path } = requestFor(endpoint, params);
    const route = `${method} ${path.replace('/projects/team%2Fapp', '')}`;
    asked.push(route);
    const body = answers[route];
    if (body === undefined) throw new Failure('GITLAB_NOT_FOUND', '404');
    return { body };
  };
  const tool = toolNamed(name);
  const checked = checkArguments(tool, { project_id: 'team/app', ...args });
  const finding = await tool.readBack?.(ask, checked as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
  if (finding === undefined) throw new Error(`${name} is not read back`);
  return { finding, asked };
}

const found = { words: expect.stringMatching(/\w/u) };
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const head = { commit: { id: 'c1', message: 'm\n', author_name: 'Alice', author_email: 'a@b', parent_ids: ['p1'] } };

const files = 'GET /repository/files/';
const branch = 'GET /repository/branches/main';
const onMain = (action: Args): Args => ({ branch: 'main', commit_message: 'm', actions: [action] });
const there = (path: string, shown: object): Answers => ({ [branch]: head, [`${files}${path}`]: shown });

const label = { name: 'bug', color: '#AA0000' };
const oneLabel = 'GET /labels/bug';
const release = { tag_name: 'v1', description: 'D' };
const milestone = { title: 'M', due_date: '2026-01-01' };
const opened = { title: 'T', source_branch: 's', target_branch: 't' };
const shownOpen = { ...opened, iid: 4, source_project_id: 1, target_project_id: 1 };
const commanded = { ...opened, description: 'D\n\n/assign @me' };
const noneOpen = { 'GET /merge_requests': [] };
const merge = { merge_request_iid: 2, sha: 'a' };
const merged = 'GET /merge_requests/2';
const createBranch = { branch: 'new', ref: 'main' };

test.each<[string, string, Args, Answers, unknown]>([
  ['a label as given', 'create_label', label, { [oneLabel]: { ...label, color: '#aa0000' } }, found],
  ['its colour in short', 'create_label', { ...label, color: '#a00' }, { [oneLabel]: label }, found],
  ['another colour', 'create_label', label, { [oneLabel]: { ...label, color: '#00AA00' } }, 'not so'],
  ['another description', 'create_label', { ...label, description: 'x' }, { [oneLabel]: label }, 'not so'],
  ['no label', 'create_label', label, {}, 'not so'],
  ['a colour by its name', 'create_label', { ...label, color: 'red' }, { [oneLabel]: label }, 'cannot tell'],
  ['a name that could be an id', 'create_label', { ...label, name: '12' }, {}, 'cannot tell'],
  ['a release as given', 'create_release', release, { 'GET /releases/v1': { ...release, name: 'v1' } }, found],
  ['another text', 'create_release', release, { 'GET /releases/v1': { ...release, description: 'E' } }, 'not so'],
  [
    'a release at its ref',
    'create_release',
    { ...release, ref: 'main' },
    { 'GET /releases/v1': { ...release, commit: { id: 'c1' } }, 'GET /repository/commits/main': { id: 'c1' } },
    found,
  ],
  [
    'a release elsewhere',
    'create_release',
    { ...release, ref: 'main' },
    { 'GET /releases/v1': { ...release, commit: { id: 'c1' } }, 'GET /repository/commits/main': { id: 'c2' } },
    'cannot tell',
  ],
  ['a milestone as given', 'create_milestone', milestone, { 'GET /milestones': [milestone] }, found],
  ['another date', 'create_milestone', milestone, { 'GET /milestones': [{ title: 'M', due_date: null }] }, 'not so'],
  ['no such milestone', 'create_milestone', milestone, { 'GET /milestones': [] }, 'not so'],
  ['a merge request as given', 'create_merge_request', opened, { 'GET /merge_requests': [shownOpen] }, found],
  [
    'a merge request whose text has lost its commands, as GitLab obeys them',
    'create_merge_request',
    commanded,
    { 'GET /merge_requests': [{ ...shownOpen, description: 'D' }] },
    found,
  ],
  ['no merge request, which a command may have closed', 'create_merge_request', commanded, noneOpen, 'cannot tell'],
  ['no merge request', 'create_merge_request', opened, noneOpen, 'not so'],
  [
    'another text',
    'create_merge_request',
    { ...opened, description: 'D' },
    { 'GET /merge_requests': [{ ...shownOpen, description: 'E' }] },
    'not so',
  ],
  [
    'another title',
    'create_merge_request',
    opened,
    { 'GET /merge_requests': [{ ...shownOpen, title: 'U' }] },
    'not so',
  ],
  [
    "a fork's branch of that name",
    'create_merge_request',
    opened,
    { 'GET /merge_requests': [{ ...shownOpen, source_project_id: 9 }] },
    'not so',
  ],
  ['it merged', 'merge_merge_request', merge, { [merged]: { state: 'merged', sha: 'a' } }, found],
  ['another head merged', 'merge_merge_request', merge, { [merged]: { state: 'merged', sha: 'b' } }, 'not so'],
  ['it open', 'merge_merge_request', merge, { [merged]: { state: 'opened', sha: 'a' } }, 'not so'],
  [
    'it set to be merged',
    'merge_merge_request',
    { ...merge, auto_merge: true },
    { [merged]: { state: 'opened', sha: 'a', merge_when_pipeline_succeeds: true } },
    found,
  ],
  [
    'a branch at the commit',
    'create_branch',
    createBranch,
    { 'GET /repository/branches/new': head, 'GET /repository/commits/main': { id: 'c1' } },
    found,
  ],
  [
    'a branch elsewhere',
    'create_branch',
    createBranch,
    { 'GET /repository/branches/new': head, 'GET /repository/commits/main': { id: 'c2' } },
    'not so',
  ],
  ['no branch', 'create_branch', createBranch, {}, 'not so'],
])('where GitLab shows %s, %s finds so', async (_, name, args, answers, finding) => {
  const looked = await look(name, args, answers);

  expect(looked.finding).toEqual(typeof finding === 'string' ? finding : expect.objectContaining(finding));
});

describe('a commit is read back from the newest one of its branch', () => {
  const create = { action: 'create', file_path: 'a', content: 'A' };
  const move = { action: 'move', file_path: 'a', previous_path: 'b', content: 'A' };
  const chmod = { action: 'chmod', file_path: 'a', execute_filemode: true };

  test.each<[string, Args, Answers, unknown]>([
    ['the content', create, there('a', { content: base64('A') }), found],
    ['base64', { ...create, content: base64('A'), encoding: 'base64' }, there('a', { content: base64('A') }), found],
    ['an empty file', { ...create, content: '' }, there('a', { content: '' }), found],
    ['other content', create, there('a', { content: base64('B') }), 'not so'],
    ['no file', create, { [branch]: head }, 'not so'],
    ['no branch', create, {}, 'not so'],
    ['nothing where it was deleted', { action: 'delete', file_path: 'a' }, { [branch]: head }, found],
    ['what should be deleted', { action: 'delete', file_path: 'a' }, there('a', { content: '' }), 'not so'],
    ['a missing branch after a deletion', { action: 'delete', file_path: 'a' }, {}, 'not so'],
    ['what was moved', move, there('a', { content: base64('A') }), found],
    ['a copy', move, { ...there('a', { content: base64('A') }), [`${files}b`]: { content: '' } }, 'not so'],
    ['a move without content', { ...move, content: undefined }, there('a', { content: '' }), 'cannot tell'],
    ['the mode', chmod, there('a', { execute_filemode: true }), found],
    ['another mode', chmod, there('a', { execute_filemode: false }), 'not so'],
    [
      'the content, of which it must be known who changed it last',
      { ...create, action: 'update', last_commit_id: 'c0' },
      there('a', { content: base64('A') }),
      'cannot tell',
    ],
  ])('where it shows %s', async (_, action, answers, finding) => {
    const looked = await look('push_files', onMain(action), answers);

    expect(looked.finding).toEqual(typeof finding === 'string' ? finding : expect.objectContaining(finding));
  });

  test.each<[string, Args, unknown]>([
    ['this message', {}, found],
    ['another message', { commit_message: 'n' }, 'cannot tell'],
    ['this author', { author_name: 'Alice', author_email: 'a@b' }, found],
    ['another author', { author_name: 'Bob' }, 'cannot tell'],
    ["another author's address", { author_email: 'b@b' }, 'cannot tell'],
    ['this beginning', { start_branch: 'old' }, found],
    ['another beginning', { start_branch: 'new' }, 'cannot tell'],
  ])('that has %s', async (_, args, finding) => {
    const branches = {
      'GET /repository/branches/old': { commit: { id: 'p1' } },
      'GET /repository/branches/new': { commit: { id: 'p2' } },
    };
    const looked = await look(
      'push_files',
      { ...onMain(create), ...args },
      { ...there('a', { content: base64('A') }), ...branches },
    );

    expect(looked.finding).toEqual(typeof finding === 'string' ? finding : expect.objectContaining(finding));
  });

  test('not where a path is touched twice, nor where files are many', async () => {
    const many = Array.from({ length: 11 }, (_, at) => ({ ...create, file_path: `f${String(at)}` }));
    const twice = [create, { action: 'update', file_path: 'a', content: 'B' }];
    const all = await Promise.all(
      [many, twice].map(async (actions) => look('push_files', { ...onMain(create), actions }, { [branch]: head })),
    );

    expect(all).toEqual([
      { finding: 'cannot tell', asked: [] },
      { finding: 'cannot tell', asked: [] },
    ]);
  });
});

const askNobody: AskGitLab = async () => ({ body: {} });
const readBacks = [...tools.values()].filter(({ readBack }) => readBack !== undefined);

/** The arguments of which a look cannot tell, without asking: each given beside those that a call must have. */
async function untold({ name, input, view, examples: [least] }: RegisteredTool): Promise<readonly string[]> {
  const others = Object.keys({ ...input, ...view }).filter((each) => least[each] === undefined);
  const given = examplesOf(name);
  const told = await Promise.all(
    others.map(async (each) => {
      const asked: string[] = [];
      const ask: AskGitLab = async (endpoint) => {
        asked.push(endpoint);
        throw new Failure('GITLAB_UNREACHABLE', 'nothing is there');
      };
      const args = { ...least, [each]: given[each] ?? 'anything' };
      const looking = toolNamed(name).readBack?.(ask, args as never); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
      const finding = await looking?.catch(() => 'asked');
      return finding === 'cannot tell' && asked.length === 0 ? [each] : [];
    }),
  );
  return told.flat();
}

const examplesOf = (name: string): Args =>
  Object.fromEntries(toolNamed(name).examples.flatMap((example) => Object.entries(example)));

test('of a call that gave what is not compared no look tells anything', async () => {
  const all = await Promise.all(readBacks.map(async (tool) => [tool.name, await untold(tool)] as const));

  expect(Object.fromEntries(all)).toEqual({
    create_branch: [],
    create_label: [],
    create_merge_request: ['reviewer_ids', 'labels', 'assignee_id', 'milestone_id', 'remove_source_branch'],
    create_milestone: [],
    create_or_update_file: ['last_commit_id'],
    create_release: ['milestones', 'released_at'],
    delete_draft_note: [],
    delete_issue: [],
    delete_issue_link: [],
    delete_label: [],
    delete_milestone: [],
    delete_release: [],
    delete_wiki_page: [],
    merge_merge_request: ['merge_commit_message', 'squash', 'should_remove_source_branch'],
    push_files: [],
  });
});

test.each(readBacks)('$name is not read back where an argument was added that nobody compares', async (tool) => {
  const args = { ...tool.examples[0], added: 'later' };

  await expect(tool.readBack?.(askNobody, args as never)).resolves.toBe('cannot tell'); // oxlint-disable-line typescript/no-unsafe-type-assertion -- the registry has forgotten the types
});

describe('a deletion', () => {
  const args = { milestone_id: 3 };

  test('has happened where the thing is gone and its project is there', async () => {
    const { finding, asked } = await look('delete_milestone', args, { 'GET ': { id: 1 } });

    expect(finding).toMatchObject(found);
    expect(asked).toEqual(['GET /milestones/3', 'GET ']);
  });

  test('has not where the thing is there', async () => {
    const { finding } = await look('delete_milestone', args, { 'GET /milestones/3': { id: 3 } });

    expect(finding).toBe('not so');
  });

  test('is unknown where the project is hidden too', async () => {
    await expect(look('delete_milestone', args, {})).rejects.toThrow('GITLAB_NOT_FOUND');
  });
});
