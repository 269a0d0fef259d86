import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { checkArguments } from '../../src/tools/arguments.ts';
import { isRepeatable } from '../../src/tools/facts.ts';
import { requestOf } from '../../src/tools/request.ts';
import type { Args } from '../../src/tools/tool.ts';
import { refusalOf, runTool } from '../support/run-tool.ts';
import { toolNamed } from '../support/tool.ts';

const push = (...actions: readonly unknown[]): Args => ({
  project_id: 'team/app',
  branch: 'main',
  commit_message: 'x',
  actions,
});

describe('push_files', () => {
  test('sends the commit as GitLab takes it, an empty file too', () => {
    const actions = [
      { action: 'create', file_path: 'a.md', content: '' },
      { action: 'update', file_path: 'b.md', content: 'SGk=', encoding: 'base64', last_commit_id: 'abc' },
      { action: 'move', file_path: 'd.md', previous_path: 'c.md' },
      { action: 'move', file_path: 'f.md', previous_path: 'e.md', content: 'changed' },
      { action: 'delete', file_path: 'g.md' },
      { action: 'delete', file_path: 'h.md', content: '' },
      { action: 'chmod', file_path: 'run.sh', execute_filemode: true },
    ];
    const tool = toolNamed('push_files');

    expect(requestOf(tool, checkArguments(tool, push(...actions)))).toMatchObject({
      method: 'POST',
      path: '/projects/team%2Fapp/repository/commits',
      body: { branch: 'main', commit_message: 'x', actions },
    });
  });

  test.each([
    [{ action: 'create' }, 'create of x needs content.'],
    [{ action: 'update' }, 'update of x needs content.'],
    [{ action: 'move' }, 'move of x needs previous_path.'],
    [{ action: 'chmod' }, 'chmod of x needs execute_filemode.'],
    [{ action: 'create', content: 'x', last_commit_id: 'a' }, 'create of x takes no last_commit_id.'],
    [{ action: 'update', content: 'x', previous_path: 'y' }, 'update of x takes no previous_path.'],
    [{ action: 'move', previous_path: 'y', execute_filemode: true }, 'move of x takes no execute_filemode.'],
    [{ action: 'delete', previous_path: 'y' }, 'delete of x takes no previous_path.'],
    [{ action: 'chmod', execute_filemode: true, content: 'x' }, 'chmod of x takes no content.'],
  ])('refuses %j', (action, words) => {
    expect(refusalOf('push_files', push({ ...action, file_path: 'x' }))).toBe(`actions.0: ${words}`);
  });

  test('names every action that is wrong', () => {
    const faults = refusalOf(
      'push_files',
      push(
        { action: 'move', file_path: 'x' },
        { action: 'delete', file_path: 'y' },
        { action: 'create', file_path: 'z' },
      ),
    );

    expect(faults).toBe('actions.0: move of x needs previous_path. actions.2: create of z needs content.');
  });

  test.each([
    [{ action: 'create', file_path: '../x', content: '' }, /^actions\.0\.file_path: must be a path inside/u],
    [{ action: 'move', file_path: 'x', previous_path: '/etc/passwd' }, /^actions\.0\.previous_path: must be a path/u],
    [{ action: 'rename', file_path: 'x' }, /^actions\.0\.action/u],
    [{ file_path: 'x' }, /^actions\.0\.action/u],
    [{ action: 'delete' }, /^actions\.0\.file_path/u],
    [{ action: 'delete', file_path: 'x', path: 'y' }, /"path"/u],
  ])('refuses the form of %j', (action, words) => {
    expect(refusalOf('push_files', push(action))).toMatch(words);
  });

  test('refuses a commit of nothing', () => {
    expect(refusalOf('push_files', push())).toMatch(/^actions/u);
  });
});

describe('create_or_update_file', () => {
  test.each([[null], [''], [[]], ['OK'], [201]])(
    'has committed whatever GitLab says with its 2xx: %j',
    async (reply) => {
      const { shown } = await runTool('create_or_update_file', args, { [`POST ${file}`]: reply });

      expect(shown).toEqual({ created: true });
    },
  );

  const args = { project_id: 'team/app', file_path: 'a.md', branch: 'main', content: 'hi', commit_message: 'x' };
  const file = '/projects/team%2Fapp/repository/files/a.md';

  test('creates a file that is not there', async () => {
    const { asked, shown } = await runTool('create_or_update_file', args, { [`POST ${file}`]: { file_path: 'a.md' } });

    expect(asked.map(({ route }) => route)).toEqual([`GET ${file}`, `POST ${file}`]);
    expect(shown).toEqual({ file_path: 'a.md', created: true });
  });

  test('replaces a file that nobody has changed since it was looked at', async () => {
    const answers = { [`GET ${file}`]: { last_commit_id: 'abc' }, [`PUT ${file}`]: { file_path: 'a.md' } };
    const { asked, shown } = await runTool('create_or_update_file', args, answers);

    expect(asked[1]).toMatchObject({ body: { last_commit_id: 'abc', content: 'aGk=' } });
    expect(shown).toEqual({ file_path: 'a.md', created: false });
  });

  test('is never sent twice, since every call makes a commit', () => {
    expect(isRepeatable(toolNamed('create_or_update_file'))).toBe(false);
  });

  test('writes nothing where the file cannot be looked at', async () => {
    const answers = { [`GET ${file}`]: new Failure('GITLAB_FORBIDDEN', 'no'), [`POST ${file}`]: {} };

    await expect(runTool('create_or_update_file', args, answers)).rejects.toMatchObject({ code: 'GITLAB_FORBIDDEN' });
  });
});
