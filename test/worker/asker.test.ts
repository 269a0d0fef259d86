import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { answerFailure, GitLabFailure } from '../../src/gitlab/failure.ts';
import type { GitLabResponse } from '../../src/gitlab/request.ts';
import { createLog } from '../../src/log.ts';
import { CALL_VERSION } from '../../src/queue/call.ts';
import type { Call } from '../../src/queue/call.ts';
import type { Reserved } from '../../src/queue/coordinator.ts';
import { Later } from '../../src/queue/turn.ts';
import type { Turn } from '../../src/queue/turn.ts';
import { tools, toolsets } from '../../src/tools/index.ts';
import type { Args } from '../../src/tools/tool.ts';
import { createRun } from '../../src/worker/run.ts';
import { createOpenGates, turnOf } from '../support/open-turn.ts';

const ok = (body: unknown): GitLabResponse => ({ status: 200, headers: {}, body });
const failed = (status: number, headers: GitLabResponse['headers'] = {}): GitLabFailure =>
  answerFailure({ status, headers, text: '{"message":"words"}' }, 'glpat-x', 0);

interface Course {
  readonly tool: string;
  readonly args: Args;
  readonly replies: readonly (GitLabResponse | GitLabFailure)[];
  /** What the gates say, one time after the other; then go. */
  readonly places?: readonly Reserved[];
  /** Until when is good what the turn has passed. */
  readonly until?: number;
  readonly allowed?: readonly string[];
  readonly changed?: Partial<Call>;
}

interface Ran {
  /** In the order in which it happened: `gates …`, `GET …`, `learn …`, `works` or `fails`. */
  readonly steps: readonly string[];
  readonly outcome: unknown;
  readonly sendings: readonly unknown[];
  /** What the client heard. */
  readonly told: readonly string[];
}

const NOW = 0;

/** A gate by its last word: host, token, or its class. */
const short = (key: string): string =>
  /^gate (?:token|host)?\s?(\w+): |^gate (\w+): /u.exec(key)?.slice(1).find(Boolean) ?? key;

/** Runs one call and tells all that it does at the gates, at GitLab and for the other workers. */
async function run({ tool, args, replies, places = [], until = Infinity, allowed, changed }: Course): Promise<Ran> {
  const steps: string[] = [];
  const sendings: unknown[] = [];
  const told: string[] = [];
  const [left, answers] = [[...places], [...replies]];
  const handle = createRun({
    tools,
    gates: createOpenGates(),
    maxAnswerBytes: 60_000,
    usersFor: () => undefined,
    now: () => NOW,
    random: () => 0,
    log: createLog({ level: 'off' }),
    client: {
      close: async () => undefined,
      send: async ({ method, path }, sending) => {
        steps.push(`${method} ${path}`);
        sendings.push(sending);
        const reply = answers.shift() ?? ok({});
        if (reply instanceof GitLabFailure) throw reply;
        return reply;
      },
    },
  });
  const grants = {
    readOnly: false,
    toolsets: toolsets.map(({ name }) => name),
    allowedProjects: allowed === undefined ? [] : [[...allowed]],
    allowedTools: [],
    deniedTools: [],
    destructive: true,
  };
  const call = {
    v: CALL_VERSION,
    id: 'call',
    tool,
    args: { ...args },
    caller: { id: 'c', tokenFrom: 'server', grants },
    token: 'glpat-x',
    deadline: 60_000,
    ...changed,
  } as const;
  const open = turnOf(call);
  const turn: Turn = {
    ...open,
    passed: { ...open.passed, until },
    reserve: async (gates) => {
      steps.push(`gates ${gates.map(({ key }) => short(key)).join(' ')}`);
      return left.shift() ?? { verdict: 'go' };
    },
    learn: async ({ gate, blockedUntil }) =>
      void steps.push(`learn ${short(gate)} ${String(blockedUntil ?? '')}`.trim()),
    progress: (message) => void told.push(message),
    judge: async (isWorking) => void steps.push(isWorking ? 'works' : 'fails'),
  };
  const outcome: unknown = await handle(call, turn).catch((error: unknown) => error);
  return { steps, outcome, sendings, told };
}

const go = { verdict: 'go' } as const;
const issue = { project_id: 'team/app', issue_iid: 7 };
const ISSUE = 'GET /projects/team%2Fapp/issues/7';
const file = { project_id: 'team/app', file_path: 'a', branch: 'main', content: 'x', commit_message: 'm' };
const byBranch = { project_id: 'team/app', branch_name: 'b' };
const FILE = '/projects/team%2Fapp/repository/files/a';

test('the first request goes through the gates that its turn has charged, and its answer is told', async () => {
  const { steps } = await run({ tool: 'get_issue', args: issue, replies: [ok({ iid: 7 })] });

  expect(steps).toEqual([ISSUE, 'works', 'learn token']);
});

test.each([
  { until: NOW, gates: [] },
  { until: NOW - 1, gates: ['gates host token'] },
])('what its turn has passed is good until $until: at $gates it asks again', async ({ until, gates }) => {
  const { steps } = await run({ tool: 'get_issue', args: issue, replies: [ok({ iid: 7 })], until });

  expect(steps).toEqual([...gates, ISSUE, 'works', 'learn token']);
});

test('a retry goes through all gates again', async () => {
  const { steps } = await run({ tool: 'get_issue', args: issue, replies: [failed(502), ok({ iid: 7 })] });

  expect(steps).toEqual([ISSUE, 'fails', 'gates host token', ISSUE, 'works', 'learn token']);
});

test('a refused request teaches first, and then asks its gates again', async () => {
  const replies = [failed(429, { 'retry-after': '3' }), ok({ iid: 7 })];
  const { steps } = await run({ tool: 'get_issue', args: issue, replies });

  expect(steps).toEqual([ISSUE, 'works', 'learn route 3000', 'learn token', 'gates host token route', ISSUE]);
});

test('each further request of a tool goes through its own gates', async () => {
  const replies = [failed(404), ok({ file_path: 'a', branch: 'main' })];
  const { steps } = await run({ tool: 'create_or_update_file', args: file, replies });

  expect(steps.filter((step) => !step.startsWith('learn'))).toEqual([
    `GET ${FILE}`,
    'works',
    'gates host token files',
    `POST ${FILE}`,
  ]);
});

test('a look-up of the policy goes through the gates that its turn has not charged', async () => {
  const replies = [ok({ id: 5, path_with_namespace: 'team/app' }), ok({ iid: 7, project_id: 5 })];
  const { steps } = await run({ tool: 'get_issue', args: issue, replies, allowed: ['team/app'] });

  expect(steps.filter((step) => step.startsWith('g') || step.startsWith('G'))).toEqual([
    'gates project',
    'GET /projects/team%2Fapp',
    'gates host token',
    'GET /projects/5/issues/7',
  ]);
});

test('a look-up of the policy leaves the class that its turn has charged to the request of that class', async () => {
  const replies = [ok({ id: 5, path_with_namespace: 'team/app' }), ok({ iid: 7, project_id: 5 })];
  const args = { project_id: 'team/app', title: 'T' };
  const { steps } = await run({ tool: 'create_issue', args, replies, allowed: ['team/app'] });

  expect(steps.filter((step) => /^(?:gates|GET|POST)/u.test(step))).toEqual([
    'gates project',
    'GET /projects/team%2Fapp',
    'gates host token',
    'POST /projects/5/issues',
  ]);
});

const longWait = { verdict: 'wait', waitMs: 5000 } as const;
const soon = { verdict: 'wait', waitMs: 1000 } as const;

test.each<[string, readonly (GitLabResponse | GitLabFailure)[]]>([
  ['a refusal by a limit', [failed(429)]],
  ['several', [failed(429), failed(429)]],
  ['an answer to a read that never came', [new GitLabFailure('GITLAB_UNREACHABLE', 'reset', { acted: 'maybe' })]],
])('a long wait after %s gives the place back', async (_, replies) => {
  const places = [...replies.slice(1).map(() => go), longWait];
  const { outcome } = await run({ tool: 'create_or_update_file', args: file, replies, places });

  expect(outcome).toBeInstanceOf(Later);
  expect(outcome).toMatchObject({ waitMs: 5000 });
});

test('a long wait after a look-up of the policy gives the place back', async () => {
  const replies = [ok({ id: 5, path_with_namespace: 'team/app' })];
  const { outcome } = await run({
    tool: 'get_issue',
    args: issue,
    replies,
    allowed: ['team/app'],
    places: [go, longWait],
  });

  expect(outcome).toBeInstanceOf(Later);
});

test.each<[string, string, Args, readonly (GitLabResponse | GitLabFailure)[]]>([
  ['a read that is answered', 'get_merge_request', byBranch, [ok([{ iid: 4 }]), ok({ iid: 4 })]],
  ['a look that finds nothing', 'create_or_update_file', file, [failed(404), ok({ file_path: 'a', branch: 'main' })]],
  ['a failure that GitLab answers', 'get_issue', issue, [failed(502), ok({ iid: 7 })]],
])('after %s a call waits where it is, and asks nothing twice', async (_, tool, args, replies) => {
  const { steps, outcome } = await run({ tool, args, replies, places: [soon] });

  expect(outcome).toMatchObject({ ok: true });
  expect(steps.filter((step) => /^(?:GET|POST|PUT)/u.test(step))).toHaveLength(2);
});

const users = { usernames: ['a', 'b', 'c'] };
const someone = ok([{ id: 1, username: 'someone' }]);

test.each<[string, Partial<Course>, number]>([
  ['whose turn had charged the first of them', {}, 3],
  ['where a place is given in the same moment in which another one has to wait', { until: NOW - 1 }, 3],
  ['of which one was answered', { replies: [someone, failed(429), someone, someone] }, 4],
])('a call of several requests at once, %s, asks nobody twice', async (_, course, requests) => {
  const replies = [someone, someone, someone];
  const { steps, outcome } = await run({ tool: 'get_users', args: users, replies, places: [go, soon], ...course });

  expect(outcome).toMatchObject({ ok: true });
  expect(steps.filter((step) => step === 'GET /users')).toHaveLength(requests);
});

test('requests that wait at once tell of it once', async () => {
  const replies = [someone, someone, someone];
  const { told } = await run({ tool: 'get_users', args: users, replies, places: [soon, soon, go, soon] });

  expect(told).toEqual(Array.from({ length: 2 }, () => 'GitLab allows the next call in 1 s'));
});

test('a call of several requests at once comes again when none of them was sent', async () => {
  const places = [longWait, longWait, longWait];
  const { steps, outcome } = await run({ tool: 'get_users', args: users, replies: [], places, until: NOW - 1 });

  expect(outcome).toBeInstanceOf(Later);
  expect(steps).not.toContain('GET /users');
});

test('a call that is over asks nothing more', async () => {
  const replies = [failed(403), failed(503), failed(503)];
  const { steps, outcome } = await run({ tool: 'get_users', args: users, replies });
  const then = [...steps];
  await sleep(30);

  expect(outcome).toMatchObject({ code: 'GITLAB_FORBIDDEN' });
  expect(steps).toEqual(then);
});

test('twenty requests that wait at once are no leak, and nothing warns of one', async () => {
  const warnings: string[] = [];
  const note = ({ name }: Error): void => void warnings.push(name);
  process.on('warning', note);
  const usernames = Array.from({ length: 20 }, (_, n) => `u${String(n)}`);
  const places = usernames.map(() => ({ verdict: 'wait', waitMs: 5 }) as const);
  await run({ tool: 'get_users', args: { usernames }, replies: usernames.map(() => someone), places });
  process.off('warning', note);

  expect(warnings).toEqual([]);
});

test('look-ups of the policy that are on their way are waited for', async () => {
  const replies = [1, 2, 3].map((id) => ok({ id, path_with_namespace: `team/p${String(id)}` }));
  const { steps, outcome } = await run({
    tool: 'get_issue',
    args: { ...issue, project_id: '999' },
    replies,
    allowed: ['team/p1', 'team/p2', 'team/p3'],
    places: [go, go, soon],
  });

  expect(outcome).toMatchObject({ code: 'NOT_PERMITTED' });
  expect(steps.filter((step) => step.startsWith('GET'))).toHaveLength(3);
});

test('a wait after a write that may have happened does not', async () => {
  const places = [{ verdict: 'wait', waitMs: 1000 } as const];
  const replies = [failed(502), ok({ iid: 7 })];
  const { outcome } = await run({ tool: 'update_issue', args: { ...issue, title: 'T' }, replies, places });

  expect(outcome).toMatchObject({ ok: true });
});

test.each([true, undefined])('GitLab is asked anew where the call says so: %s', async (noCache) => {
  const { sendings } = await run({ tool: 'get_issue', args: issue, replies: [], changed: { noCache } });

  expect(sendings).toMatchObject([{ noCache }]);
});
