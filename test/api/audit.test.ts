import { afterEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startApiWith } from '../support/api.ts';
import { callTool, post } from '../support/clients.ts';

type Api = Awaited<ReturnType<typeof startApiWith>>;

const lineShape = z.looseObject({ audit: z.literal(true).optional(), msg: z.string().optional() });
const facts = { attempts: 2, waitMs: 30, runMs: 40, requestId: 'req-1', gitlabUser: 'alice' };
const token = { 'X-GitLab-Token': 'glpat-alice-planted' };
const write = { name: 'create_issue', args: { project_id: 'team/app', title: 'planted title' } };
const read = { name: 'get_project', args: { project_id: 'team/app' } };

const apis: Api[] = [];

afterEach(async () => {
  await Promise.all(apis.splice(0).map(async (api) => api.close()));
});

async function start(env: Readonly<Record<string, string>> = {}): Promise<Api> {
  const api = await startApiWith(async () => ({ ok: true, content: [{ type: 'text', text: '{}' }], facts }), env);
  apis.push(api);
  return api;
}

const linesOf = ({ output }: Api): z.infer<typeof lineShape>[] =>
  output.map((line) => lineShape.parse(JSON.parse(line)));
const auditedOf = (api: Api): z.infer<typeof lineShape>[] => linesOf(api).filter(({ audit }) => audit === true);

describe('the audit log', () => {
  test('says of a write who did what where and how it went', async () => {
    const api = await start();
    await callTool(api.url, write, token);

    expect(auditedOf(api)).toEqual([
      {
        level: 'info',
        time: expect.any(String),
        audit: true,
        callId: expect.stringMatching(/^[\da-f-]{36}$/u),
        caller: expect.stringMatching(/^[\w-]{22}$/u),
        outcome: 'OK',
        ms: expect.any(Number),
        tool: 'create_issue',
        effect: 'write',
        project: 'team/app',
        argumentHash: expect.stringMatching(/^[\w-]{22}$/u),
        ...facts,
        msg: 'audit',
      },
    ]);
  });

  test('has a line for a call that brings no token, and is refused before it is queued', async () => {
    const api = await start({ GITLAB_PERSONAL_ACCESS_TOKEN: '' });
    const response = await post(api.url, {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: write.name, arguments: write.args },
    });

    expect(response.status).toBe(401);
    expect(auditedOf(api)).toMatchObject([{ outcome: 'NO_TOKEN', tool: 'create_issue', project: 'team/app' }]);
  });

  test.each([
    ['off', []],
    ['writes', ['create_issue']],
    ['all', ['create_issue', 'get_project']],
  ])('with AUDIT_LOG=%s has lines of %j', async (audited, tools) => {
    const api = await start({ AUDIT_LOG: audited });
    await callTool(api.url, write, token);
    await callTool(api.url, read, token);

    expect(auditedOf(api).map((line) => line['tool'])).toEqual(tools);
  });

  test.each([
    ['arguments that do not fit', { name: 'create_issue', args: { project_id: 'team/app' } }, {}, 'INVALID_ARGUMENTS'],
    ['a write in read-only mode', write, { GITLAB_READ_ONLY_MODE: 'true' }, 'NOT_PERMITTED'],
    ['a tool that is denied', write, { GITLAB_DENIED_TOOLS: 'create_issue' }, 'NOT_PERMITTED'],
    ['a call over the limit', write, { MAX_CALLS_PER_MINUTE_PER_CALLER: '1' }, 'BUSY'],
  ])('has a line for %s', async (_, call, env, outcome) => {
    const api = await start(env);
    // The first one is within the limit.
    if (outcome === 'BUSY') await callTool(api.url, read, token);
    await callTool(api.url, call, token);

    expect(auditedOf(api)).toEqual([expect.objectContaining({ tool: 'create_issue', project: 'team/app', outcome })]);
  });

  test('shows equal arguments as equal hashes, and nothing of them but the project', async () => {
    const api = await start();
    const swapped = { name: write.name, args: { title: 'planted title', project_id: 'team/app' } };
    const other = { name: write.name, args: { ...write.args, title: 'other' } };
    for (const call of [write, swapped, other]) await callTool(api.url, call, token); // oxlint-disable-line no-await-in-loop -- in this order
    const [first, second, third] = auditedOf(api).map((line) => line['argumentHash']);

    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(JSON.stringify(auditedOf(api))).not.toMatch(/planted/u);
  });
});

test('the log of a call says why it was slow, and not whose it was', async () => {
  const api = await start();
  await callTool(api.url, read, token);
  const { gitlabUser: _, ...told } = facts;

  expect(linesOf(api).find(({ msg }) => msg === 'call')).toMatchObject({ tool: 'get_project', outcome: 'OK', ...told });
  expect(api.output.join('')).not.toMatch(/alice/u);
});
