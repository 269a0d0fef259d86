import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pooled } from '../support/pooled.ts';
import type { Service } from '../support/service.ts';
import { counted, timedCall } from '../support/timed-call.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';
import { nameOf, postsOf, repeated } from './writes.ts';

const WRITES = 500;
const project = { project_id: 'team/app' };

describe.skipIf(!hasRedis)('a write that GitLab carries out and whose answer is lost', () => {
  let stage: Stage;
  let api: Service;

  beforeEach(async () => {
    stage = await setStage(9);
    [api] = await Promise.all([stage.start('api'), stage.start('worker'), stage.start('worker')]);
  });

  afterEach(async () => stage.stop());

  test(`is not repeated: ${String(WRITES)} issues, one answer in twenty lost, no issue twice`, async () => {
    await stage.gitlab.fault({ match: { method: 'POST' }, probability: 0.025, seed: 3, fault: { kind: 'htmlAfter' } });
    await stage.gitlab.fault({ match: { method: 'POST' }, probability: 0.025, seed: 4, fault: { kind: 'resetAfter' } });
    const jobs = Array.from({ length: WRITES }, (_, nth) => async () => {
      const args = { ...project, title: `Issue ${String(nth)}` };
      return timedCall(api.url, { name: 'create_issue', args, user: nth % 25 });
    });
    const outcomes = await pooled(jobs, 20);
    const written = postsOf(await stage.gitlab.journal());
    const lost = new Set(written.filter(({ fault }) => fault !== null).map(nameOf));
    const asExpected = outcomes.filter(({ args, code, text }) =>
      lost.has(String(args['title']))
        ? code === 'OUTCOME_UNKNOWN' && text.includes('Check with list_issues.')
        : code === 'OK',
    );

    expect(lost.size).toBeGreaterThan(WRITES / 40);
    expect(counted(outcomes)).toEqual({ OK: WRITES - lost.size, OUTCOME_UNKNOWN: lost.size });
    expect(asExpected).toHaveLength(WRITES);
    const app = (await stage.gitlab.state()).find(({ path }) => path === project.project_id);
    const issues = (app?.issues ?? []).map(({ title }) => title).filter((title) => title.startsWith('Issue '));
    expect(repeated(issues)).toEqual([]);
    expect(issues).toHaveLength(WRITES);
    expect(written).toHaveLength(WRITES);
  });

  const readBack = [
    { name: 'create_label', args: { ...project, name: 'lost', color: '#AA0000' }, found: '"name": ?"lost"' },
    { name: 'create_branch', args: { ...project, branch: 'lost', ref: 'main' }, found: '"name": ?"lost"' },
    {
      name: 'create_or_update_file',
      args: { ...project, file_path: 'lost.md', branch: 'main', content: 'Lost\n', commit_message: 'Add lost.md' },
      found: '"file_path": ?"lost.md"',
    },
  ];
  describe.each(['htmlAfter', 'resetAfter'] as const)('by %s', (kind) => {
    test.each(readBack)('is read back by $name, and answered with what was found', async ({ name, args, found }) => {
      await stage.gitlab.fault({ match: { method: 'POST' }, times: 1, fault: { kind } });
      const outcome = await timedCall(api.url, { name, args, user: 1 });

      expect(outcome).toMatchObject({ code: 'OK', text: expect.stringMatching(new RegExp(found, 'u')) });
      expect(postsOf(await stage.gitlab.journal())).toHaveLength(1);
    });
  });
});
