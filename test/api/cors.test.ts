import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiWith } from '../support/api.ts';
import { connectClient, connectOldClient, post, textOf } from '../support/clients.ts';
import { fetchAs } from '../support/web-page.ts';

const TOKEN = 'the-gate-token-of-the-tests';
const PAGE = 'https://app.example.com:8443';
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const call = { name: 'get_project', arguments: { project_id: 'a/b' } };

type Api = Awaited<ReturnType<typeof startApiWith>>;

const start = async (env: Readonly<Record<string, string>>): Promise<Api> =>
  startApiWith(async () => ({ ok: true, content: [{ type: 'text', text: 'read' }] }), env);

let api: Api;

beforeAll(async () => {
  api = await start({ MCP_AUTH_TOKEN: TOKEN, ALLOWED_ORIGINS: 'app.example.com' });
});

afterAll(async () => api.close());

const preflight = async (origin: string, path = '/mcp'): Promise<Response> =>
  fetch(api.url + path, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
    },
  });

const corsOf = ({ headers }: Response): readonly string[] =>
  [...headers.keys()].filter((name) => name.startsWith('access-control-'));

describe('a page of an allowed host on another origin', () => {
  test.each([
    ['of 2026-07-28', connectClient],
    ['before 2026-07-28', connectOldClient],
  ])("calls tools with the SDK's client %s", async (_, connect) => {
    const headers = { 'X-MCP-Auth-Token': TOKEN, 'X-GitLab-Token': 'glpat-mine' };
    const client = await connect(`${api.url}/mcp`, headers, fetchAs(PAGE));
    const answer = await client.callTool(call);
    await client.close();

    expect(textOf(answer)).toBe('read');
  });

  test('may send every header that this service reads', async () => {
    const response = await fetchAs(PAGE)(api.url, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        Authorization: `Bearer ${TOKEN}`,
        'X-MCP-Auth-Token': TOKEN,
        'X-GitLab-Token': 'glpat-mine',
        'PRIVATE-TOKEN': 'glpat-mine',
        'X-MCP-Readonly': 'true',
        'X-MCP-Toolsets': 'issues',
        'X-GitLab-Allowed-Project-Ids': '1',
        'Idempotency-Key': 'key',
        'Mcp-Session-Id': 'session',
        'Mcp-Protocol-Version': '2025-06-18',
        'Last-Event-ID': '1',
      },
      body: JSON.stringify(list),
    });

    expect(response.status).toBe(200);
  });

  test('reads how to log in from a refusal, and the session id', async () => {
    const initialize = {
      ...list,
      method: 'initialize',
      params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'page', version: '1' } },
    };
    const send = async (headers: Readonly<Record<string, string>>): Promise<Response> =>
      fetchAs(PAGE)(api.url, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(initialize),
      });
    const refused = await send({});
    const begun = await send({ 'X-MCP-Auth-Token': TOKEN });

    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Bearer/u)]);
    expect(begun.headers.get('mcp-session-id')).toMatch(/^[\da-f-]{36}$/u);
  });

  test('is named as it is, never by a wildcard, and sends no cookies', async () => {
    const response = await preflight(PAGE);

    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(response.headers.get('vary')).toBe('Origin');
    expect([...response.headers].filter(([name, value]) => value === '*' || name.endsWith('credentials'))).toEqual([]);
  });
});

describe('nothing is allowed', () => {
  test.each([
    'https://evil.example',
    'https://app.example.com.evil.example',
    'https://app.example.com@evil.example',
    'null',
  ])('to %s', async (origin) => {
    const asked = await preflight(origin);
    const posted = await post(api.url, list, { 'X-MCP-Auth-Token': TOKEN, Origin: origin });

    expect([asked.status, posted.status]).toEqual([403, 403]);
    expect([...corsOf(asked), ...corsOf(posted)]).toEqual([]);
  });

  test('to nobody in particular: a request without Origin', async () => {
    const posted = await post(api.url, list, { 'X-MCP-Auth-Token': TOKEN });
    const asked = await fetch(api.url, { method: 'OPTIONS' });

    expect([posted.status, asked.status]).toEqual([200, 401]);
    expect([...corsOf(posted), ...corsOf(asked)]).toEqual([]);
  });
});

describe('a server for this machine only', () => {
  const page = 'http://localhost:6274';

  test('answers no page of another port that is not named', async () => {
    const local = await start({});
    const asked = await fetch(local.url, {
      method: 'OPTIONS',
      headers: { Origin: page, 'Access-Control-Request-Method': 'POST' },
    });
    await local.close();

    expect(corsOf(asked)).toEqual([]);
  });

  test('lets pages of localhost call where it is named, whatever their port', async () => {
    const local = await start({ ALLOWED_ORIGINS: 'localhost' });
    const client = await connectClient(`${local.url}/mcp`, {}, fetchAs(page));
    const { tools } = await client.listTools();
    await client.close();
    await local.close();

    expect(tools.length).toBeGreaterThan(10);
  });
});
