import { expect, test } from 'vitest';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import { createLog } from '../../src/log.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Reserved } from '../../src/queue/coordinator.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import { createRun } from '../../src/worker/run.ts';

const broken = new GitLabFailure('GITLAB_FAILED', '502', { acted: 'maybe', status: 502 });
const throttled = new GitLabFailure('GITLAB_RATE_LIMITED', '429', { acted: 'no', status: 429 });
const refused = new GitLabFailure('GITLAB_UNREACHABLE', 'refused', { acted: 'no' });
const missing = new GitLabFailure('GITLAB_NOT_FOUND', '404', { acted: 'no', status: 404 });
const conflict = new GitLabFailure('GITLAB_REJECTED', '409', { acted: 'no', status: 409 });

/** A DELETE whose tries fail like this, and which then waits for its slot. */
async function remove(failures: readonly GitLabFailure[], slot: Reserved): Promise<Answer> {
  const left = [...failures];
  const handle = createRun({
    tools,
    maxAnswerBytes: 1000,
    usersFor: () => undefined,
    now: Date.now,
    random: () => 0,
    log: createLog({ level: 'off' }),
    client: {
      close: async () => undefined,
      send: async () => {
        const failure = left.shift();
        if (failure !== undefined) throw failure;
        return { status: 204, headers: {}, body: undefined };
      },
    },
  });
  const grants = {
    readOnly: false,
    toolsets: toolsets.map(({ name }) => name),
    allowedProjects: [],
    allowedTools: [],
    deniedTools: [],
    destructive: true,
  };
  const caller = { id: 'c', tokenFrom: 'server', grants } as const;
  const args = { project_id: 'team/app', label_id: 'bug' };
  const deadline = Date.now() + 9000;
  return handle(
    { v: 1, id: 'i', tool: 'delete_label', args, caller, token: 'glpat-x', deadline },
    {
      signal: new AbortController().signal,
      progress: () => undefined,
      reserve: async () => slot,
      learn: async () => undefined,
    },
  );
}

const go: Reserved = { verdict: 'go', waitMs: 0 };
const limited: Reserved = { verdict: 'limited', waitMs: 90_000 };
const longWait: Reserved = { verdict: 'wait', waitMs: 1100 };

test.each([
  ['has no place left before its deadline', [broken, throttled], limited, 'OUTCOME_UNKNOWN'],
  ['cannot reach GitLab any more', [broken, refused, refused, refused, refused], go, 'OUTCOME_UNKNOWN'],
  ['is refused by GitLab', [broken, conflict], go, 'GITLAB_REJECTED'],
])('a write that may have happened and then %s', async (_, failures, slot, code) => {
  expect(await remove(failures, slot)).toMatchObject({ ok: false, code });
});

test('a write that surely has not happened is only told to come later', async () => {
  expect(await remove([throttled], limited)).toMatchObject({ ok: false, code: 'GITLAB_RATE_LIMITED' });
});

test('a DELETE that may have happened remembers that through a long wait', async () => {
  expect(await remove([broken, throttled, missing], longWait)).toMatchObject({ ok: true });
});
