import { expect, test } from 'vitest';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import { createLog } from '../../src/log.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import type { Answer } from '../../src/queue/call.ts';
import type { Reserved } from '../../src/queue/coordinator.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import { createRun } from '../../src/worker/run.ts';
import { openGates, turnOf } from '../support/open-turn.ts';

const broken = new GitLabFailure('GITLAB_FAILED', '502', { acted: 'maybe', status: 502 });
const throttled = new GitLabFailure('GITLAB_RATE_LIMITED', '429', { acted: 'no', status: 429 });
const refused = new GitLabFailure('GITLAB_UNREACHABLE', 'refused', { acted: 'no' });
const missing = new GitLabFailure('GITLAB_NOT_FOUND', '404', { acted: 'no', status: 404 });
const rejected = [301, 400, 401, 403, 409, 422].map(
  (status) => new GitLabFailure('GITLAB_REJECTED', String(status), { acted: 'no', status }),
);

const go: Reserved = { verdict: 'go' };

function inTurn(slots: readonly Reserved[]): () => Promise<Reserved> {
  const left = [...slots];
  return async () => left.shift() ?? go;
}

/** A DELETE whose tries fail like this, 2 s apart, and whose further tries find these places. */
async function remove(
  failures: readonly GitLabFailure[],
  slots: readonly Reserved[] | (() => Promise<Reserved>),
): Promise<Answer> {
  const failing = [...failures];
  const clock = { now: 0 };
  const handle = createRun({
    tools,
    gates: openGates,
    maxAnswerBytes: 1000,
    usersFor: () => undefined,
    now: () => clock.now,
    random: () => 0,
    log: createLog({ level: 'off' }),
    client: {
      close: async () => undefined,
      send: async () => {
        clock.now += 2000;
        const failure = failing.shift();
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
  const ids = { v: CALL_VERSION, id: 'i', token: 'glpat-x', deadline: 60_000 } as const;
  const call = { ...ids, tool: 'delete_label', args, caller };
  const reserve = typeof slots === 'function' ? slots : inTurn(slots);
  return handle(call, turnOf(call, { reserve }));
}

const limited: Reserved = { verdict: 'limited', waitMs: 90_000 };
const unavailable: Reserved = { verdict: 'unavailable', waitMs: 5000 };
const longWait: Reserved = { verdict: 'wait', waitMs: 1100 };
const refusing = async (): Promise<never> => {
  throw new Error('READONLY');
};
const unreachable = Array.from({ length: 9 }, () => refused);

test.each<[string, readonly GitLabFailure[], readonly Reserved[]]>([
  ['has no place left before its deadline', [broken, throttled], [go, limited]],
  ['has no place left for its second try', [broken], [limited]],
  ['finds GitLab given up for now', [broken], [unavailable]],
  ['cannot reach GitLab any more', [broken, ...unreachable], []],
  ...rejected.map((each): [string, GitLabFailure[], Reserved[]] => [
    `is refused with ${each.detail}`,
    [broken, each],
    [],
  ]),
])('a write that may have happened and then %s has an unknown outcome', async (_, failures, slots) => {
  expect(await remove(failures, slots)).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
});

test.each([
  [[throttled], [limited], 'GITLAB_RATE_LIMITED'],
  [[refused], [unavailable], 'GITLAB_UNAVAILABLE'],
])('a write that surely has not happened is only told to come later', async (failures, slots, code) => {
  expect(await remove(failures, slots)).toMatchObject({ ok: false, code });
});

test('a write that may have happened has an unknown outcome where its next try cannot be asked for', async () => {
  expect(await remove([broken], refusing)).toMatchObject({ ok: false, code: 'OUTCOME_UNKNOWN' });
});

test('a write that surely has not happened fails with what is in its way', async () => {
  expect(await remove([refused], refusing)).toMatchObject({ ok: false, code: 'INTERNAL' });
});

test('a DELETE that may have happened remembers that through a long wait', async () => {
  expect(await remove([broken, throttled, missing], [go, longWait])).toMatchObject({ ok: true });
});
