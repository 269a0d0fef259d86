import { describe, expect, test } from 'vitest';
import { createLog } from '../../src/log.ts';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import type { GitLabResponse } from '../../src/gitlab/request.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import type { Answer } from '../../src/queue/call.ts';
import { tools } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { createRun } from '../../src/worker/run.ts';
import { openGates, turnOf } from '../support/open-turn.ts';

const failed = (code: 'GITLAB_RATE_LIMITED' | 'GITLAB_NOT_FOUND' | 'GITLAB_FAILED', status: number): GitLabFailure =>
  new GitLabFailure(code, `GitLab answered ${String(status)}`, { acted: status < 500 ? 'no' : 'maybe', status });
const throttled = failed('GITLAB_RATE_LIMITED', 429);
const missing = failed('GITLAB_NOT_FOUND', 404);
const broken = failed('GITLAB_FAILED', 502);
const refused = (status: number, words: string): GitLabFailure =>
  new GitLabFailure(status === 401 ? 'GITLAB_UNAUTHORIZED' : 'GITLAB_REJECTED', words, { acted: 'no', status });
const done: GitLabResponse = { status: 204, headers: {}, body: undefined };

const grants = {
  readOnly: false,
  toolsets: ['files', 'issues', 'labels', 'merge_requests'],
  allowedProjects: [],
  allowedTools: [],
  deniedTools: [],
  destructive: true,
};

interface Ran {
  readonly answer: Answer;
  readonly requests: number;
  readonly log: string;
}

/** Runs a call whose requests to GitLab have these outcomes, one after the other. */
async function run(name: string, args: Args, outcomes: readonly (Error | GitLabResponse)[]): Promise<Ran> {
  const lines: string[] = [];
  let requests = 0;
  const handle = createRun({
    tools,
    gates: openGates,
    maxAnswerBytes: 1000,
    usersFor: () => undefined,
    now: Date.now,
    random: () => 0,
    log: createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) } }),
    client: {
      close: async () => undefined,
      send: async () => {
        const outcome = outcomes[requests] ?? done;
        requests += 1;
        if (outcome instanceof Error) throw outcome;
        return outcome;
      },
    },
  });
  const caller = { id: 'c', tokenFrom: 'X-GitLab-Token', grants } as const;
  const call = {
    v: CALL_VERSION,
    id: 'i',
    tool: name,
    args,
    caller,
    token: 'glpat-x',
    deadline: Date.now() + 9000,
  } as const;
  return { answer: await handle(call, turnOf(call)), requests, log: lines.join('') };
}

describe('a DELETE whose target is gone', () => {
  const args = { project_id: 'team/app', label_id: 'bug' };

  test('has done its work when it was sent before and its answer was lost', async () => {
    const { answer, requests } = await run('delete_label', args, [broken, missing]);

    expect(answer).toMatchObject({ ok: true });
    expect(requests).toBe(2);
  });

  test('was never there when no earlier try had reached GitLab', async () => {
    const { answer } = await run('delete_label', args, [throttled, missing]);

    expect(answer).toMatchObject({ ok: false, code: 'GITLAB_NOT_FOUND' });
  });
});

describe('a PUT whose answer was lost', () => {
  const issue = { project_id: 'team/app', issue_iid: 7 };
  const ok: GitLabResponse = { status: 200, headers: {}, body: { iid: 7 } };

  test('is sent again', async () => {
    const { answer, requests } = await run('update_issue', { ...issue, description: 'a/b\nc' }, [broken, ok]);

    expect(answer).toMatchObject({ ok: true });
    expect(requests).toBe(2);
  });

  test.each(['/spend 2h', 'text\n  /spend 2h\n', 'text\r\n/Award :tada:'])(
    'is not sent again where GitLab would obey a command twice: %j',
    async (description) => {
      const { answer, requests } = await run('update_issue', { ...issue, description }, [broken, ok]);

      expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
      expect(requests).toBe(1);
    },
  );

  test.each([missing, refused(403, 'Forbidden'), refused(422, 'No')])(
    'may have happened, whatever GitLab says of the second one: $detail',
    async (second) => {
      const { answer } = await run('update_issue', { ...issue, title: 'x' }, [broken, second]);

      expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN', detail: expect.stringContaining('502') });
    },
  );
});

test('a refusal that names what was asked for names it to the caller, not to the log', async () => {
  const list: GitLabResponse = { status: 200, headers: {}, body: [] };
  const { answer, log } = await run('get_merge_request', { project_id: 'a/b', branch_name: 'secret-plan' }, [
    list,
    list,
  ]);

  expect(JSON.stringify(answer)).toContain('secret-plan');
  expect(log).toContain('GITLAB_NOT_FOUND');
  expect(log).not.toContain('secret-plan');
});

test('a write whose answers are lost is of unknown outcome, and sent only once', async () => {
  const args = { project_id: 'team/app', title: 'bug' };
  const { answer, requests } = await run('create_issue', args, [broken]);

  expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
  expect(requests).toBe(1);
});

test('a write that fails by a fault of ours while it is sent is of unknown outcome', async () => {
  const { answer, log } = await run('create_issue', { project_id: 'team/app', title: 'bug' }, [new TypeError('odd')]);

  expect(answer).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
  expect(log).toContain('TypeError: odd');
});

describe('a merge that GitLab refuses', () => {
  const args = { project_id: 'team/app', merge_request_iid: 2 };

  test.each([
    [401, 'GITLAB_FORBIDDEN', /Your role may not merge into this branch/u],
    [405, 'GITLAB_REJECTED', /cannot be merged as it is .* detailed_merge_status with get_merge_request/u],
    [409, 'GITLAB_REJECTED', /source branch has moved since that sha/u],
    [422, 'GITLAB_REJECTED', /mostly for conflicts/u],
  ])('with %i says what that means there', async (status, code, means) => {
    const { answer } = await run('merge_merge_request', args, [refused(status, "GitLab's own words")]);

    expect(answer).toMatchObject({ ok: false, code, detail: expect.stringMatching(means) });
    expect(answer).toMatchObject({ detail: expect.stringMatching(/^GitLab's own words\. /u) });
  });

  test('for its token is not explained as a matter of the role', async () => {
    const words = 'GitLab answered 401: invalid_token; Token was revoked.';
    const { answer } = await run('merge_merge_request', args, [refused(401, words)]);

    expect(answer).toMatchObject({
      ok: false,
      code: 'GITLAB_UNAUTHORIZED',
      detail: expect.not.stringMatching(/role/u),
    });
  });
});

test('what is not found comes with the tools that list what there is', async () => {
  const { answer } = await run('get_label', { project_id: 'team/app', label_id: 'bug' }, [missing]);

  expect(answer).toMatchObject({ detail: expect.stringMatching(/Check label_id with list_labels\.$/u) });
});

test('a file that GitLab keeps in object storage is refused with what its operator can do', async () => {
  const words = 'GitLab redirects to https://storage.example, where the token must not go';
  const elsewhere = new GitLabFailure('GITLAB_REDIRECTED', words, { acted: 'no', status: 302 });
  const args = { project_id: 'team/app', secret: '0a1b', filename: 'notes.txt' };
  const { answer } = await run('download_attachment', args, [elsewhere]);

  expect(answer).toMatchObject({
    ok: false,
    code: 'GITLAB_REDIRECTED',
    detail: expect.stringMatching(/proxy_download/u),
  });
});
