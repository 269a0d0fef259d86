import { describe, expect, test } from 'vitest';
import { isRepeatable } from '../../src/tools/facts.ts';
import { pick } from '../../src/tools/show.ts';
import { refusalOf, runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const mergeRequest = { project_id: 'team/app', merge_request_iid: 2 };
const drafts = '/projects/team%2Fapp/merge_requests/2/draft_notes';
const shas = { base_sha: 'b', start_sha: 's', head_sha: 'h' };
const nowhere = {
  base_sha: null,
  start_sha: null,
  head_sha: null,
  new_path: null,
  old_path: null,
  position_type: 'text',
};

describe('create_draft_note', () => {
  const answers = {
    'GET /projects/team%2Fapp/merge_requests/2': { diff_refs: shas },
    [`POST ${drafts}`]: { id: 4, note: 'Why?', position: nowhere },
  };

  test('sends the body as the note that GitLab calls it', async () => {
    const args = { ...mergeRequest, body: 'Why?', in_reply_to_discussion_id: 'abc', resolve_discussion: true };
    const { asked, shown } = await runTool('create_draft_note', args, answers);

    expect(asked).toMatchObject([{ route: `POST ${drafts}` }]);
    expect(asked[0]?.body).toEqual({ note: 'Why?', in_reply_to_discussion_id: 'abc', resolve_discussion: true });
    expect(shown).toEqual({ id: 4, note: 'Why?' });
  });

  test('stands on a line of the newest diff', async () => {
    const args = { ...mergeRequest, body: 'Why?', position: { new_path: 'a.ts', new_line: 5 } };
    const { asked } = await runTool('create_draft_note', args, answers);

    expect(asked[1]?.body).toEqual({
      note: 'Why?',
      position: { position_type: 'text', ...shas, old_path: 'a.ts', new_path: 'a.ts', new_line: 5 },
    });
  });

  test.each([
    [{ new_path: 'a.ts' }, 'position needs new_line or old_line.'],
    [{ new_path: 'a.ts', new_line: 'five' }, /position\.new_line/u],
    [{ new_path: 'a.ts', line: 5 }, /line/u],
    ['a.ts:5', /position/u],
  ])('refuses the position %j', (position, words) => {
    expect(refusalOf('create_draft_note', { ...mergeRequest, body: 'Why?', position })).toMatch(words);
  });
});

describe('update_draft_note', () => {
  const args = { ...mergeRequest, draft_note_id: 4, body: 'Why not?' };
  const update = async (position: unknown): ReturnType<typeof runTool> =>
    runTool('update_draft_note', args, {
      [`GET ${drafts}/4`]: { id: 4, note: 'Why?', position },
      [`PUT ${drafts}/4`]: { id: 4, note: 'Why not?' },
    });

  test('says again where the draft stands, which GitLab would forget', async () => {
    const position = { ...shas, position_type: 'text', old_path: 'a', new_path: 'a', old_line: 3, line_range: null };
    const { asked, shown } = await update({ ...position, new_line: null });

    expect(asked.map(({ route }) => route)).toEqual([`GET ${drafts}/4`, `PUT ${drafts}/4`]);
    expect(asked[1]?.body).toEqual({
      note: 'Why not?',
      position: { ...shas, position_type: 'text', old_path: 'a', new_path: 'a', old_line: 3 },
    });
    expect(shown).toEqual({ id: 4, note: 'Why not?' });
  });

  test.each([nowhere, {}, null, undefined])('says no place for a draft that stands nowhere: %j', async (position) => {
    const { asked } = await update(position);

    expect(asked[1]?.body).toEqual({ note: 'Why not?' });
  });

  test('changes nothing where the draft is not there', async () => {
    await expect(runTool('update_draft_note', args, {})).rejects.toThrow(
      `GITLAB_NOT_FOUND: 404 Not Found: GET ${drafts}/4`,
    );
  });
});

test.each(['publish_draft_note', 'bulk_publish_draft_notes'])('%s is never sent twice', (name) => {
  expect(isRepeatable(toolNamed(name))).toBe(false);
});

test('a draft is shown with where it stands', () => {
  const shows = toolNamed('get_draft_note').shows ?? [];
  const position = { ...nowhere, ...shas, position_type: 'image', new_path: 'a.png', x: 0, y: 7 };

  expect(pick({ id: 4, position }, shows)).toEqual({
    id: 4,
    position: { head_sha: shas.head_sha, new_path: 'a.png', x: 0, y: 7 },
  });
  expect(pick({ id: 4, position: nowhere }, shows)).toEqual({ id: 4 });
});
