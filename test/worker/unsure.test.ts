import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { RegisteredTool } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { startGitLab } from '../gitlab/server.ts';
import { runWrite } from './write-run.ts';

let gitlab: Awaited<ReturnType<typeof startGitLab>>;

beforeEach(async () => {
  gitlab = await startGitLab();
});

afterEach(async () => {
  await gitlab.close();
});

const project = { project_id: 'team/app' };
const label = { ...project, name: 'fresh', color: '#123456' };

interface Ran {
  readonly answer: Answer;
  readonly log: readonly string[];
}

async function run(name: string, args: Args, changed: Partial<RegisteredTool>): Promise<Ran> {
  const lines: string[] = [];
  const log = createLog({ level: 'error', destination: { write: (line) => void lines.push(line) } });
  return { answer: await runWrite(name, args, { apiUrl: gitlab.apiUrl, changed, log }), log: lines };
}

function odd(): never {
  throw new TypeError('odd');
}

describe('a fault of ours', () => {
  test.each<[string, Partial<RegisteredTool>]>([
    ['is shown', { reply: odd }],
    ['is read', { run: async (ask) => ask('POST /projects/:project_id/labels', label).then(odd) }],
  ])('when the answer to a write %s is told to the log, and the write is looked after', async (_, changed) => {
    const { answer, log } = await run('create_label', label, changed);

    expect(answer).toMatchObject({ ok: true });
    expect(JSON.stringify(answer)).toContain('the label fresh is there');
    expect(log).toEqual([expect.stringContaining('"message":"odd"')]);
  });

  test('leaves the outcome of a write unknown that cannot be looked after', async () => {
    const { answer } = await run('create_issue', { ...project, title: 'T' }, { reply: odd });

    expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
  });

  test('before any write is only that', async () => {
    const { answer } = await run('create_label', label, {
      run: async (ask) => ask('GET /projects/:project_id', project).then(odd),
    });

    expect(answer).toMatchObject({ ok: false, code: 'INTERNAL' });
  });
});
