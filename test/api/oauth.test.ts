import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Answer } from '../../src/queue/call.ts';
import { startApiWith } from '../support/api.ts';
import { callTool, post } from '../support/clients.ts';
import { startOAuthServer } from '../support/oauth-server.ts';

type Api = Awaited<ReturnType<typeof startApiWith>>;

const PUBLIC_URL = 'https://mcp.example.com';
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`;
const KEY = 'the-key-of-the-gate';

const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const callOf = (name: string, args: object): object => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name, arguments: args },
});
const read = callOf('get_project', { project_id: 1 });
const write = callOf('create_issue', { project_id: 1, title: 'A title' });

const refused = z.object({ error: z.object({ code: z.literal(-32_600), message: z.string() }), id: z.null() });

let gitlab: Awaited<ReturnType<typeof startOAuthServer>>;
let api: Api;
let guarded: Api;
/** What the worker answers, where it is not the call itself. */
const answers: Answer[] = [];
const queued: string[] = [];

beforeAll(async () => {
  gitlab = await startOAuthServer();
  const env = {
    OAUTH_ISSUER: gitlab.url,
    OAUTH_APPLICATION_IDS: gitlab.application,
    OAUTH_SCOPES: 'api,read_api',
    PUBLIC_URL,
  };
  const start = async (more: Readonly<Record<string, string>>): Promise<Api> =>
    startApiWith(
      async (call) => {
        queued.push(call.tool);
        return answers.shift() ?? { ok: true, content: [{ type: 'text', text: JSON.stringify(call) }] };
      },
      { ...env, ...more },
    );
  api = await start({});
  guarded = await start({ MCP_AUTH_TOKEN: KEY });
});

afterAll(async () => {
  await Promise.all([api.close(), guarded.close(), gitlab.close()]);
});

const bearer = (token: string): Readonly<Record<string, string>> => ({ Authorization: `Bearer ${token}` });

describe('the metadata', () => {
  test.each(['', '/mcp'])('at …%s names GitLab as the place to log in', async (path) => {
    const response = await fetch(`${api.url}/.well-known/oauth-protected-resource${path}`, {
      headers: { Origin: 'https://a-client.example' },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual({
      resource: `${PUBLIC_URL}/mcp`,
      authorization_servers: [gitlab.url],
      scopes_supported: ['api', 'read_api'],
      bearer_methods_supported: ['header'],
      resource_name: 'GitLab over MCP',
    });
  });

  test('is not there without OAuth', async () => {
    const plain = await startApiWith(async () => ({ ok: true, content: [] }));
    const response = await fetch(`${plain.url}/.well-known/oauth-protected-resource/mcp`);
    await plain.close();

    expect(response.status).toBe(404);
  });

  test('of a PUBLIC_URL with a path is where RFC 9728 and the challenge look for it', async () => {
    const below = await startApiWith(async () => ({ ok: true, content: [] }), {
      OAUTH_ISSUER: gitlab.url,
      OAUTH_APPLICATION_IDS: gitlab.application,
      PUBLIC_URL: 'https://example.com/gitlab/',
    });
    const documents = await Promise.all(
      ['/gitlab/mcp', '/mcp'].map(async (path) => {
        const response = await fetch(`${below.url}/.well-known/oauth-protected-resource${path}`);
        return response.json();
      }),
    );
    const challenge = (await post(`${below.url}/mcp`, list)).headers.get('www-authenticate');
    await below.close();

    expect(documents).toMatchObject([
      { resource: 'https://example.com/gitlab/mcp' },
      { resource: 'https://example.com/gitlab/mcp' },
    ]);
    expect(challenge).toContain('"https://example.com/gitlab/.well-known/oauth-protected-resource/mcp"');
  });
});

describe('without any token', () => {
  test.each([
    ['tools/list', 'POST', list],
    ['tools/call', 'POST', read],
    ['GET', 'GET', undefined],
  ])('%s is challenged, and the shared token is not lent', async (_, method, message) => {
    queued.length = 0;
    const response = await fetch(`${api.url}/mcp`, {
      method,
      headers: { 'Content-Type': 'application/json' },
      ...(message !== undefined && { body: JSON.stringify(message) }),
    });

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer scope="api read_api", resource_metadata="${METADATA}"`,
    );
    expect(refused.parse(await response.json()).error.message).toMatch(/log in with OAuth/u);
    expect(queued).toEqual([]);
  });

  test('behind the gate the shared token is lent', async () => {
    const { text } = await callTool(
      `${guarded.url}/mcp`,
      { name: 'get_project', args: { project_id: 1 } },
      bearer(KEY),
    );

    expect(JSON.parse(text)).toMatchObject({ token: 'glpat-shared', caller: { tokenFrom: 'server' } });
  });

  test('and without the key of the gate no login is offered, which could not help', async () => {
    const response = await post(`${guarded.url}/mcp`, list, bearer(gitlab.issue()));

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="go-mcp-gitlab"');
  });
});

describe('a token', () => {
  test('of a login goes out to GitLab', async () => {
    const token = gitlab.issue();
    const { text } = await callTool(`${api.url}/mcp`, { name: 'get_project', args: { project_id: 1 } }, bearer(token));

    expect(JSON.parse(text)).toMatchObject({ token, caller: { tokenFrom: 'OAuth' } });
  });

  test('of a login goes through the gate in the company of its key', async () => {
    const token = gitlab.issue();
    const headers = { ...bearer(token), 'X-MCP-Auth-Token': KEY };
    const { text } = await callTool(`${guarded.url}/mcp`, { name: 'get_project', args: { project_id: 1 } }, headers);

    expect(JSON.parse(text)).toMatchObject({ token, caller: { tokenFrom: 'OAuth' } });
  });

  test.each([
    ['glpat- as bearer', { Authorization: 'Bearer glpat-mine' }, 'Authorization'],
    ['its own header', { 'X-GitLab-Token': 'an-older-token' }, 'X-GitLab-Token'],
    ['PRIVATE-TOKEN', { 'PRIVATE-TOKEN': 'an-older-token' }, 'PRIVATE-TOKEN'],
  ])('that is personal comes in by %s, and the issuer is not asked about it', async (_, headers, tokenFrom) => {
    const before = gitlab.requests.length;
    const { text } = await callTool(`${api.url}/mcp`, { name: 'get_project', args: { project_id: 1 } }, headers);

    expect(JSON.parse(text)).toMatchObject({ caller: { tokenFrom } });
    expect(gitlab.requests).toHaveLength(before);
  });

  test.each([
    ['made up', () => 'made-up', /does not know the token/u],
    ['expired', () => gitlab.issue({ expiresAt: Date.now() - 1 }), /expired/u],
    ['for another application', () => gitlab.issue({ application: 'theirs' }), /not for this server/u],
  ])('that is %s is challenged', async (_, issue, reason) => {
    queued.length = 0;
    const token = issue();
    const response = await post(`${api.url}/mcp`, read, bearer(token));
    const { message } = refused.parse(await response.json()).error;

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer error="invalid_token", error_description="[^"]+", scope="api read_api", resource_metadata=/u,
    );
    expect(message).toMatch(reason);
    expect(message).not.toContain(token);
    expect(queued).toEqual([]);
  });

  test('without api and read_api is of no use', async () => {
    const response = await post(`${api.url}/mcp`, list, bearer(gitlab.issue({ scopes: ['mcp'] })));

    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer error="insufficient_scope".*scope="api read_api"/u,
    );
  });

  test('with read_api reads, and is told to ask for api before it writes', async () => {
    queued.length = 0;
    const headers = {
      ...bearer(gitlab.issue({ scopes: ['read_api'] })),
      Accept: 'application/json, text/event-stream',
    };
    const reading = await post(`${api.url}/mcp`, read, headers);
    await reading.text();
    const writing = await post(`${api.url}/mcp`, write, headers);

    expect([reading.status, writing.status]).toEqual([200, 403]);
    expect(writing.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", error_description="create_issue needs the scope api", scope="api", resource_metadata="${METADATA}"`,
    );
    expect(queued).toEqual(['get_project']);
  });

  test('is asked about once in a while only', async () => {
    const headers = bearer(gitlab.issue());
    const before = gitlab.requests.length;
    await Promise.all([1, 2, 3].map(async () => post(`${api.url}/mcp`, list, headers)));
    await post(`${api.url}/mcp`, list, headers);

    expect(gitlab.requests.slice(before)).toEqual(['GET /oauth/token/info']);
  });

  test('never stands in the log', async () => {
    const token = gitlab.issue();
    await post(`${api.url}/mcp`, read, bearer(token));

    expect(api.output.join('')).not.toContain(token);
  });
});

describe('where GitLab refuses the token of a login in the midst of it', () => {
  const refusal: Answer = { ok: false, code: 'GITLAB_UNAUTHORIZED', detail: 'GitLab answered: 401' };

  test('the answer is a challenge, and GitLab is asked anew about the token', async () => {
    const token = gitlab.issue();
    await post(`${api.url}/mcp`, list, bearer(token));
    answers.push(refusal);
    const response = await post(`${api.url}/mcp`, read, bearer(token));
    gitlab.revoke(token);
    const next = await post(`${api.url}/mcp`, list, bearer(token));

    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token"/u);
    expect(refused.parse(await response.json()).error.message).toMatch(/log in again/u);
    expect(next.status).toBe(401);
  });

  test('a stream that has begun says so in its text', async () => {
    answers.push(refusal);
    const headers = { ...bearer(gitlab.issue()), Accept: 'application/json, text/event-stream' };
    const response = await post(`${api.url}/mcp`, read, headers);

    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/GITLAB_UNAUTHORIZED/u);
  });

  test("a personal token's refusal stays an answer of MCP", async () => {
    answers.push(refusal);
    const response = await post(`${api.url}/mcp`, read, bearer('glpat-mine'));

    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/GITLAB_UNAUTHORIZED/u);
  });
});
