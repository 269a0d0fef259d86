import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { callTool, post } from '../support/clients.ts';
import type { Service } from '../support/service.ts';
import { everything } from './redis-contents.ts';
import { hasRedis, setStage } from '../support/stage.ts';
import type { Stage } from '../support/stage.ts';

/** Twenty secrets: none is part of another, and URL encoding leaves each as it is. */
const planted = {
  gate: 'planted-gate-token-0123456789',
  gateBefore: 'planted-earlier-gate-token-01',
  queue: 'planted-queue-secret-0123456789abcdef',
  queueBefore: 'planted-earlier-queue-secret-0123456789',
  shared: 'glpat-planted-shared-token-01',
  own: 'glpat-user-4711471',
  wrong: 'glpat-planted-wrong-token-001',
  title: 'planted-issue-title',
  description: 'planted-issue-description',
  note: 'planted-note-body',
  label: 'planted-label-name',
  branch: 'planted-branch-name',
  path: 'planted-file-path.txt',
  content: 'planted-file-content',
  message: 'planted-commit-message',
  email: 'planted.author@example.com',
  search: 'planted-search-word',
  invalid: 'planted-invalid-value',
  query: 'planted-query-string',
  leaked: 'gldt-planted-by-gitlab-0001',
} as const;
const secrets = Object.values(planted);

const found = (where: string): readonly string[] => secrets.filter((secret) => where.includes(secret));
const project = { project_id: 'team/app' };

/** Calls whose arguments, answers or errors hold the secrets. */
const load = [
  { name: 'create_issue', args: { ...project, title: planted.title, description: planted.description } },
  { name: 'create_issue_note', args: { ...project, issue_iid: 1, body: planted.note } },
  { name: 'create_label', args: { ...project, name: planted.label, color: '#FF0000' } },
  { name: 'create_branch', args: { ...project, branch: planted.branch, ref: 'main' } },
  {
    name: 'create_or_update_file',
    args: {
      ...project,
      file_path: planted.path,
      branch: 'main',
      content: planted.content,
      commit_message: planted.message,
      author_email: planted.email,
      author_name: 'Ann',
    },
  },
  { name: 'get_file_contents', args: { ...project, file_path: planted.path, ref: 'main' } },
  { name: 'list_issues', args: { ...project, search: planted.search } },
];

describe.skipIf(!hasRedis)('of twenty planted secrets', () => {
  let stage: Stage;
  let api: Service;
  let workers: Service[];
  let redis: Redis;
  let monitor: Redis;
  const commands: string[] = [];
  const stored: string[] = [];
  const errors: string[] = [];
  const answers: string[] = [];

  const logLines = (): string[] => [api, ...workers].flatMap(({ output }) => output);
  const countLines = (part: string): number => logLines().filter((line) => line.includes(part)).length;

  const headers = { 'X-MCP-Auth-Token': planted.gate, 'X-GitLab-Token': planted.own };
  const start = async (role: 'api' | 'worker'): Promise<Service> =>
    stage.start(role, {
      MCP_AUTH_TOKEN: planted.gate,
      MCP_AUTH_TOKEN_PREVIOUS: planted.gateBefore,
      QUEUE_SECRET: planted.queue,
      QUEUE_SECRET_PREVIOUS: planted.queueBefore,
      GITLAB_PERSONAL_ACCESS_TOKEN: planted.shared,
      MAX_BODY_BYTES: '100000',
      AUDIT_LOG: 'all',
    });
  const keep = async (): Promise<void> => {
    stored.push([...(await everything(redis))].flat().join('\n'));
  };
  const round = async (): Promise<void> => {
    const results = load.map(async (call, id) =>
      callTool(`${api.url}/mcp?token=${planted.query}`, { ...call, id }, headers),
    );
    await keep();
    for (const { text } of await Promise.all(results)) answers.push(text);
    await keep();
  };

  beforeAll(async () => {
    stage = await setStage(5);
    redis = new Redis(stage.redisUrl);
    monitor = await redis.duplicate().monitor();
    monitor.on('monitor', (_time: string, args: readonly string[]) => {
      commands.push(args.join(' '));
    });
    [api, ...workers] = await Promise.all([start('api'), start('worker')]);
    await round();
    await round();
    // Lines are written several at a time, and a process that is killed takes those of its last 100 ms with it.
    const lines = 2 * 2 * load.length;
    await vi.waitUntil(() => countLines('"msg":"call"') >= lines, { timeout: 10_000 });

    // A worker dies in the middle of a call: BullMQ writes why the job failed.
    await stage.gitlab.fault({ match: { method: 'POST' }, fault: { kind: 'slow', ms: 60_000 } });
    const [write] = load;
    if (write === undefined) throw new Error('no call');
    const buried = callTool(api.url, write, headers);
    await vi.waitUntil(async () => (await redis.llen('{gitlab}:gitlab-write:active')) === 1, { timeout: 10_000 });
    await keep();
    workers[0]?.child.kill('SIGKILL');
    workers.push(await start('worker'));
    errors.push((await buried).text);
    await stage.gitlab.clearFaults();

    // Errors of every kind: arguments, GitLab's, the gate's, HTTP's.
    const body = { message: `401 ${planted.own} and ${planted.leaked} are no good` };
    await stage.gitlab.fault({ times: 1, fault: { kind: 'status', status: 400, body } });
    for (const [call, more] of [
      [{ name: 'get_project', args: project }, {}],
      [{ name: 'get_project', args: project }, { 'X-GitLab-Token': planted.wrong }],
      [{ name: 'get_issue', args: { ...project, issue_iid: planted.invalid } }, {}],
      [{ name: 'list_issues', args: { ...project, state: planted.invalid, search: planted.search } }, {}],
    ] as const) {
      errors.push((await callTool(api.url, call, { ...headers, ...more })).text); // oxlint-disable-line no-await-in-loop -- the fault is for the first
    }
    const message = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'get_project', arguments: project },
    };
    const requests = [
      post(api.url, message, { 'X-MCP-Auth-Token': planted.wrong }),
      post(api.url, `{"${planted.title}`, headers),
      post(api.url, JSON.stringify({ ...message, pad: planted.title.repeat(10_000) }), headers),
      post(`${api.url}/?token=${planted.query.repeat(200)}`, message, headers),
    ];
    for (const response of await Promise.all(requests)) {
      errors.push(`${String(response.status)} ${await response.text()}`); // oxlint-disable-line no-await-in-loop -- all are here
    }
    await keep();
  }, 90_000);

  afterAll(async () => {
    monitor.disconnect();
    redis.disconnect();
    await stage.stop();
  });

  test('the callers see their own texts', () => {
    const own = [planted.title, planted.note, planted.label, planted.branch, planted.path, planted.content];

    expect(found(answers.join('\n'))).toEqual(expect.arrayContaining(own));
  });

  test('none is in Redis under load, whatever key is read', () => {
    expect(stored.join('\n')).toContain('{gitlab}:gitlab-write:');
    expect(found(stored.join('\n'))).toEqual([]);
  });

  test('none is in a command to Redis, with the reasons of failed jobs', () => {
    expect(commands.length).toBeGreaterThan(100);
    expect(commands.join('\n')).toContain('stalled');
    expect(found(commands.join('\n'))).toEqual([]);
  });

  test('none is in a log of either role at level debug, audit log included', async () => {
    await expect.poll(() => countLines('"audit":true')).toBeGreaterThan(15);
    await expect.poll(() => countLines('"msg":"call"')).toBeGreaterThan(30);
    expect(found(logLines().join('\n'))).toEqual([]);
  });

  test('none is in an error', () => {
    expect(errors.map((each) => each.split(/[: ]/u)[0])).toEqual([
      'OUTCOME_UNKNOWN',
      'GITLAB_REJECTED',
      'GITLAB_UNAUTHORIZED',
      'INVALID_ARGUMENTS',
      'INVALID_ARGUMENTS',
      '401',
      '400',
      '413',
      '414',
    ]);
    expect(found(errors.join('\n'))).toEqual([]);
  });
});
