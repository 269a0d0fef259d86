import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startApiWith } from '../support/api.ts';
import { callTool, post } from '../support/clients.ts';

type Api = Awaited<ReturnType<typeof startApiWith>>;

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const TOKEN = 'the-gate-token-of-the-tests';
const gate = { 'X-MCP-Auth-Token': TOKEN };
const listed = z.object({ result: z.object({ tools: z.array(z.object({ name: z.string() })) }) });
const failed = z.object({ jsonrpc: z.literal('2.0'), error: z.object({ code: z.number(), message: z.string() }) });

let api: Api;

beforeAll(async () => {
  api = await startApiWith(async (call) => ({ ok: true, content: [{ type: 'text', text: JSON.stringify(call) }] }), {
    MCP_AUTH_TOKEN: TOKEN,
    MAX_BODY_BYTES: '250000',
    ALLOWED_HOSTS: '127.0.0.1,gitlab-mcp.example.com',
    ALLOWED_ORIGINS: 'app.example.com',
  });
});

afterAll(async () => api.close());

describe.each(['/', '/mcp'])('POST %s', (path) => {
  test('answers the bare curl of the deployment guide with plain JSON', async () => {
    const response = await post(api.url + path, list, gate);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/u);
    expect(listed.parse(await response.json()).result.tools.length).toBeGreaterThan(10);
  });

  test('streams where Accept lists an event stream', async () => {
    const response = await post(api.url + path, list, { ...gate, Accept: 'application/json, text/event-stream' });

    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/u);
    expect(await response.text()).toMatch(/^event: message\ndata: \{.*"tools":/mu);
  });

  test.each([
    ['without the token', {}],
    ['with a wrong token', { 'X-MCP-Auth-Token': 'wrong' }],
    ['with a prefix of the token', { 'X-MCP-Auth-Token': TOKEN.slice(0, -1) }],
    ['with a wrong bearer', { Authorization: 'Bearer wrong' }],
    ['with the token as basic', { Authorization: `Basic ${TOKEN}` }],
  ])('answers 401 JSON %s', async (_, headers) => {
    const response = await post(api.url + path, list, headers);

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer/u);
    expect(failed.parse(await response.json()).error.message).toMatch(/X-MCP-Auth-Token/u);
  });

  test('takes the token as bearer too', async () => {
    expect((await post(api.url + path, list, { Authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  test.each(['GET', 'DELETE', 'PUT'])('answers %s with 405', async (method) => {
    const response = await fetch(api.url + path, { method, headers: gate });

    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    failed.parse(await response.json());
  });
});

/** The status of tools/list under a Host header, which fetch does not let through. */
async function statusFor(url: string, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': 'application/json', Host: host, ...gate };
    request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end(JSON.stringify(list));
  });
}

const call = { ...list, method: 'tools/call', params: { name: 'create_issue', arguments: { x: [] } } };
const many = JSON.stringify(call).replace('[]', `[${'0,'.repeat(100_000)}0]`);
const deep = JSON.stringify(call).replace('[]', '['.repeat(9000) + ']'.repeat(9000));

describe('a bad request gets a JSON-RPC error', () => {
  test.each([
    ['bad JSON', '{"jsonrpc":', {}, 400, -32_700],
    ['a body that is too large', JSON.stringify({ ...list, params: { pad: 'x'.repeat(300_000) } }), {}, 413, -32_600],
    ['another type', 'jsonrpc=2.0', { 'Content-Type': 'text/plain' }, 415, -32_600],
    ['a batch', [list, list], {}, 400, -32_600],
    ['an empty batch', [], {}, 400, -32_600],
    ['a body that is nested too deep', deep, {}, 400, -32_600],
    ['a body of too many values', many, {}, 400, -32_600],
    ['a number', '7', {}, 400, -32_600],
    ['no message', {}, {}, 400, -32_600],
    ['an unknown method', { ...list, method: 'nonsense' }, {}, 200, -32_601],
    ['an unknown tool', { ...list, method: 'tools/call', params: { name: 'nonsense' } }, {}, 200, -32_602],
    [
      'arguments that are no object',
      { ...list, method: 'tools/call', params: { name: 'get_issue', arguments: 7 } },
      {},
      200,
      -32_602,
    ],
  ])('%s', async (_, body, headers, status, code) => {
    const response = await post(`${api.url}/mcp`, body, { ...gate, ...headers });
    const text = await response.text();

    expect({ status: response.status, text }).toMatchObject({
      status,
      text: expect.not.stringMatching(/<html|node_modules|\n\s+at /u),
    });
    expect(failed.parse(JSON.parse(text)).error.code).toBe(code);
  });

  test('a foreign Origin is refused', async () => {
    expect((await post(api.url, list, { ...gate, Origin: 'https://evil.example' })).status).toBe(403);
    expect((await post(api.url, list, { ...gate, Origin: 'https://app.example.com' })).status).toBe(200);
  });

  test('a foreign Host is refused, also by default on a loopback address', async () => {
    const bare = await startApiWith(async () => ({ ok: true, content: [] }));

    expect(await statusFor(api.url, 'evil.example')).toBe(403);
    expect(await statusFor(api.url, 'gitlab-mcp.example.com')).toBe(200);
    expect(await statusFor(bare.url, 'evil.example')).toBe(403);
    expect(await statusFor(bare.url, 'localhost:1234')).toBe(200);
    await bare.close();
  });

  test('a path that is not there is refused', async () => {
    const response = await post(`${api.url}/nothing`, list, gate);

    expect(response.status).toBe(404);
    failed.parse(await response.json());
  });
});

test('arguments that do not fit the tool are an answer that a model can read', async () => {
  expect(await callTool(api.url, { name: 'get_issue', args: { project_id: 'a/b', issue: 7 } }, gate)).toEqual({
    isError: true,
    text: expect.stringMatching(
      /^INVALID_ARGUMENTS: issue_iid is required\. get_issue has no argument "issue"; did you mean issue_iid\?/u,
    ),
  });
});

test('/health says that the process lives, without the gate', async () => {
  const response = await fetch(`${api.url}/health`);

  expect(await response.text()).toBe('{"status":"healthy","server":"go-mcp-gitlab"}');
});

test('/ready says that calls are taken', async () => {
  expect((await fetch(`${api.url}/ready`)).status).toBe(200);
});

const sent = async (headers: Readonly<Record<string, string>>): Promise<unknown> => {
  const { text } = await callTool(api.url, { name: 'get_project', args: { project_id: 1 } }, { ...gate, ...headers });
  return JSON.parse(text);
};

describe('the GitLab token', () => {
  test("is the caller's own where there is one", async () => {
    expect(await sent({ 'X-GitLab-Token': 'glpat-mine' })).toMatchObject({
      token: 'glpat-mine',
      caller: { tokenFrom: 'X-GitLab-Token' },
    });
  });

  test('is the shared one otherwise', async () => {
    expect(await sent({})).toMatchObject({ token: 'glpat-shared', caller: { tokenFrom: 'server' } });
  });

  test('never stands in the log', () => {
    expect(api.output.join('')).not.toMatch(/glpat-|the-gate-token/u);
  });
});
