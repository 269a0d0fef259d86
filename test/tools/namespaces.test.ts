import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { runTool } from '../support/run-tool.ts';

describe('verify_namespace', () => {
  test('asks for a path at the top as it is', async () => {
    const answers = { 'GET /namespaces/team/exists': { exists: true, suggests: ['team1'] } };
    const { asked, shown } = await runTool('verify_namespace', { namespace_path: 'team' }, answers);

    expect(asked.map(({ query }) => query)).toEqual([{}]);
    expect(shown).toEqual({ exists: true, suggests: ['team1'] });
  });

  test('asks for a deeper path below its parent', async () => {
    const answers = {
      'GET /namespaces/team%2Fa': { id: 42 },
      'GET /namespaces/b/exists': { exists: false, suggests: [] },
    };
    const { asked, shown } = await runTool('verify_namespace', { namespace_path: 'team/a/b' }, answers);

    expect(asked.map(({ route, query }) => [route, query])).toEqual([
      ['GET /namespaces/team%2Fa', {}],
      ['GET /namespaces/b/exists', { parent_id: 42 }],
    ]);
    expect(shown).toEqual({ exists: false });
  });

  test('knows that nothing is below a parent that is not there', async () => {
    const { asked, shown } = await runTool('verify_namespace', { namespace_path: 'gone/b' }, {});

    expect(asked).toHaveLength(1);
    expect(shown).toEqual({ exists: false });
  });

  test('does not take a failure for an answer', async () => {
    const answers = { 'GET /namespaces/team': new Failure('GITLAB_FAILED', '502') };

    await expect(runTool('verify_namespace', { namespace_path: 'team/b' }, answers)).rejects.toMatchObject({
      code: 'GITLAB_FAILED',
    });
  });
});
