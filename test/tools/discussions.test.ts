import { describe, expect, test } from 'vitest';
import { checkArguments } from '../../src/tools/arguments.ts';
import { requestOf } from '../../src/tools/request.ts';
import { pick } from '../../src/tools/show.ts';
import type { Args } from '../../src/tools/tool.ts';
import { refusalOf, runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const mergeRequest = { project_id: 'team/app', merge_request_iid: 2 };
const oldShas = { base_sha: 'b0', start_sha: 's0', head_sha: 'h0' };
const newShas = { base_sha: 'b1', start_sha: 's1', head_sha: 'h1' };
const GET = 'GET /projects/team%2Fapp/merge_requests/2';
const POST = 'POST /projects/team%2Fapp/merge_requests/2/discussions';
const answers = { [GET]: { iid: 2, diff_refs: newShas }, [POST]: { id: 'd1', notes: [{ id: 7, body: 'Why?' }] } };

const thread = (position?: Args): Args => ({ ...mergeRequest, body: 'Why?', ...(position && { position }) });

describe('create_merge_request_thread', () => {
  test('asks only once without a position', async () => {
    const { asked, shown } = await runTool('create_merge_request_thread', thread(), answers);

    expect(asked).toMatchObject([{ route: POST, body: { body: 'Why?' } }]);
    expect(shown).toEqual({ id: 'd1', notes: [{ id: 7, body: 'Why?' }] });
  });

  test('stands in the newest diff where no shas are given', async () => {
    const given = { new_path: 'a.ts', new_line: '5' };
    const { asked } = await runTool('create_merge_request_thread', thread(given), answers);

    expect(asked.map(({ route }) => route)).toEqual([GET, POST]);
    expect(asked[1]?.body).toEqual({
      body: 'Why?',
      position: { position_type: 'text', ...newShas, old_path: 'a.ts', new_path: 'a.ts', new_line: 5 },
    });
  });

  test.each([{ head_sha: 'h1' }, { base_sha: 'b1', start_sha: 's1' }])(
    'takes %j as the newest diff, which has the same',
    async (shas) => {
      const given = { ...shas, new_path: 'a.ts', new_line: 5 };
      const { asked } = await runTool('create_merge_request_thread', thread(given), answers);

      expect(asked[1]?.body).toMatchObject({ position: newShas });
    },
  );

  test.each([
    [
      { head_sha: 'h0' },
      /^INVALID_ARGUMENTS: position: the newest diff has not this head_sha; give all three shas or none/u,
    ],
    [{ base_sha: 'b1', head_sha: 'h0' }, /has not this head_sha;/u],
    [{ base_sha: 'b0', start_sha: 's0' }, /has not this base_sha, start_sha;/u],
  ])('moves no thread from the diff of %j to the newest one', async (shas, words) => {
    const given = { ...shas, new_path: 'a.ts', new_line: 5 };

    await expect(runTool('create_merge_request_thread', thread(given), answers)).rejects.toThrow(words);
  });

  test('sends three given shas and both paths as they are', async () => {
    const line_range = {
      start: { line_code: 'x_4_4', type: null, old_line: 4, new_line: 4 },
      end: { line_code: 'x_6_5', type: 'new', old_line: null, new_line: 5 },
    };
    const given = { ...oldShas, old_path: 'old.ts', new_path: 'new.ts', new_line: 5, line_range };
    const { asked } = await runTool('create_merge_request_thread', thread(given), answers);

    expect(asked.map(({ body }) => body)).toEqual([{ body: 'Why?', position: { position_type: 'text', ...given } }]);
  });

  test('says to wait where GitLab has no diff yet', async () => {
    const preparing = { ...answers, [GET]: { iid: 2, diff_refs: { ...newShas, base_sha: null } } };
    const asked = runTool('create_merge_request_thread', thread({ new_path: 'a.ts', new_line: 5 }), preparing);

    await expect(asked).rejects.toThrow(/GITLAB_REJECTED: .*still preparing.*try again/u);
  });

  test.each([
    [{ new_line: 5 }, 'position needs new_path or old_path.'],
    [{ new_path: 'a.ts' }, 'position needs new_line or old_line.'],
    [{ position_type: 'image', new_path: 'a.png', x: 1, y: 1 }, 'position of an image needs x, y, width and height.'],
    [{ new_path: 'a.ts', new_line: 5, line_range: { start: {} } }, /position\.line_range\.end/u],
    [{ new_path: 'a.ts', new_line: 5, line_range: { start: { lines: 1 }, end: {} } }, /lines/u],
    [{ new_path: 'a.ts', newLine: 5 }, /newLine/u],
  ])('refuses the position %j', (position, words) => {
    expect(refusalOf('create_merge_request_thread', thread(position))).toMatch(words);
  });

  test.each([
    { position_type: 'file', new_path: 'a.ts' },
    { position_type: 'image', new_path: 'a.png', x: 1, y: 2, width: 30, height: 40 },
    { old_path: 'a.ts', old_line: 3 },
  ])('takes the position %j', (position) => {
    expect(() => checkArguments(toolNamed('create_merge_request_thread'), thread(position))).not.toThrow();
  });
});

describe('create_note', () => {
  test.each([
    ['issue', 'POST /projects/team%2Fapp/issues/3/notes'],
    ['merge_request', 'POST /projects/team%2Fapp/merge_requests/3/notes'],
  ])('comments on the %s', async (noteable_type, route) => {
    const args = { project_id: 'team/app', noteable_type, noteable_iid: 3, body: 'Hi' };
    const { asked, shown } = await runTool('create_note', args, { [route]: { id: 7, body: 'Hi', noteable_iid: 3 } });

    expect(asked).toMatchObject([{ route, body: { body: 'Hi' } }]);
    expect(asked[0]?.body).not.toHaveProperty('noteable_type');
    expect(shown).toEqual({ id: 7, body: 'Hi', noteable_iid: 3 });
  });
});

describe.each(['create_merge_request_note', 'create_issue_note'])('%s', (name) => {
  const which = name === 'create_issue_note' ? { issue_iid: 2 } : { merge_request_iid: 2 };
  const path = (more: Args): string => {
    const args = { project_id: 'team/app', ...which, body: 'Hi', ...more };
    return requestOf(toolNamed(name), checkArguments(toolNamed(name), args)).path;
  };

  test('replies in a thread', () => {
    expect(path({ discussion_id: 'abc' })).toMatch(/\/2\/discussions\/abc\/notes$/u);
  });

  test('comments outside threads without discussion_id', () => {
    expect(path({})).toMatch(/(?:issues|merge_requests)\/2\/notes$/u);
  });
});

describe('update_merge_request_note', () => {
  const note = { ...mergeRequest, discussion_id: 'abc', note_id: 7 };

  test.each([{}, { body: 'x', resolved: true }])('takes exactly one of body and resolved, not %j', (more) => {
    expect(refusalOf('update_merge_request_note', { ...note, ...more })).toBe('Give either body or resolved.');
  });

  test('resolves', () => {
    const tool = toolNamed('update_merge_request_note');

    expect(requestOf(tool, checkArguments(tool, { ...note, resolved: 'true' }))).toMatchObject({
      method: 'PUT',
      body: { resolved: true },
    });
  });
});

test('mr_discussions shows where notes stand and whether they are resolved, and no empty place', () => {
  const author = { id: 1, username: 'alice', email: 'a@example.com' };
  const position = { ...oldShas, position_type: 'text', old_path: 'a', new_path: 'a', old_line: null, new_line: 5 };
  const image = { ...oldShas, position_type: 'image', new_path: 'a.png', x: 0, y: 7, width: 9, height: 8 };
  const notes = [
    { id: 1, body: 'x', author, system: false, resolvable: true, resolved: true, resolved_by: author, position },
    { id: 2, body: 'y', author, system: true, position: { old_path: null, new_path: null } },
    { id: 3, body: 'z', author, system: false, position: image },
  ];

  expect(pick([{ id: 'd', individual_note: false, notes }], toolNamed('mr_discussions').shows ?? [])).toEqual([
    {
      id: 'd',
      individual_note: false,
      notes: [
        {
          id: 1,
          author: 'alice',
          body: 'x',
          system: false,
          resolvable: true,
          resolved: true,
          resolved_by: 'alice',
          position: { position_type: 'text', head_sha: 'h0', old_path: 'a', new_path: 'a', new_line: 5 },
        },
        { id: 2, author: 'alice', body: 'y', system: true },
        {
          id: 3,
          author: 'alice',
          body: 'z',
          system: false,
          position: { position_type: 'image', head_sha: 'h0', new_path: 'a.png', x: 0, y: 7 },
        },
      ],
    },
  ]);
});

test('a note of quick actions alone is shown by its summary', () => {
  const reply = { commands_changes: { state_event: 'close' }, summary: ['Closed this issue.'] };

  expect(pick(reply, toolNamed('create_note').shows ?? [])).toEqual(reply);
});
