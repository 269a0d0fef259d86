import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { startApiWith } from '../support/api.ts';

type Api = Awaited<ReturnType<typeof startApiWith>>;
/** A header with several values is sent several times. */
type Headers = Readonly<Record<string, string | string[]>>;

const KEY = 'the-key-of-the-gate';
const OLD_KEY = 'the-key-before-that';
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

const answered = z.object({ result: z.object({ content: z.tuple([z.object({ text: z.string() })]) }) });
const seen = z.object({ token: z.string(), caller: z.object({ id: z.string(), tokenFrom: z.string() }) });
const refused = z.object({ jsonrpc: z.literal('2.0'), error: z.object({ code: z.number(), message: z.string() }) });

/** As fetch, which joins the values of one header. */
async function send(
  url: string,
  message: unknown,
  headers: Headers,
): Promise<{ status: number; body: unknown; challenge: string }> {
  return new Promise((resolve, reject) => {
    request(url, { method: 'POST', headers: { ...headers, 'Content-Type': 'application/json' } }, (response) => {
      const challenge = response.headers['www-authenticate'] ?? '';
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, body: JSON.parse(body), challenge });
      }, reject);
    })
      .on('error', reject)
      .end(JSON.stringify(message));
  });
}

const servers = {
  'no gate': { GITLAB_PERSONAL_ACCESS_TOKEN: 'shared' },
  'a gate': { GITLAB_PERSONAL_ACCESS_TOKEN: 'shared', MCP_AUTH_TOKEN: KEY, MCP_AUTH_TOKEN_PREVIOUS: OLD_KEY },
  'mode user': { GITLAB_PERSONAL_ACCESS_TOKEN: 'shared', GITLAB_TOKEN_MODE: 'user' },
  'mode shared': { GITLAB_PERSONAL_ACCESS_TOKEN: 'shared', GITLAB_TOKEN_MODE: 'shared', MCP_AUTH_TOKEN: KEY },
  'no shared token': { GITLAB_PERSONAL_ACCESS_TOKEN: '' },
} as const;

const queued: unknown[] = [];
const apis = new Map<string, Api>();
const urlOf = (name: string): string => `${apis.get(name)?.url ?? ''}/mcp`;

beforeAll(async () => {
  const started = Object.entries(servers).map(async ([name, env]) => {
    const api = await startApiWith(async (one) => {
      queued.push(one);
      return { ok: true, content: [{ type: 'text', text: JSON.stringify(one) }] };
    }, env);
    apis.set(name, api);
  });
  await Promise.all(started);
});

afterAll(async () => {
  await Promise.all([...apis.values()].map(async (api) => api.close()));
});

const tool = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_project', arguments: { project_id: 1 } },
};

describe('a call goes out under', () => {
  test.each<[keyof typeof servers, string, Headers, string, string]>([
    ['no gate', 'nothing', {}, 'shared', 'server'],
    ['no gate', 'X-GitLab-Token', { 'X-GitLab-Token': 'mine' }, 'mine', 'X-GitLab-Token'],
    ['no gate', 'white space around it', { 'X-GitLab-Token': ' \tmine  ' }, 'mine', 'X-GitLab-Token'],
    ['no gate', 'an empty header', { 'X-GitLab-Token': ' ' }, 'shared', 'server'],
    ['no gate', 'PRIVATE-TOKEN', { 'private-token': 'mine' }, 'mine', 'PRIVATE-TOKEN'],
    ['no gate', 'a bearer', { Authorization: 'Bearer mine' }, 'mine', 'Authorization'],
    ['no gate', 'a bearer in small letters', { authorization: 'bearer   mine' }, 'mine', 'Authorization'],
    ['no gate', 'another scheme', { Authorization: 'Basic bWluZQ==' }, 'shared', 'server'],
    ['no gate', 'a bearer of nothing', { Authorization: 'Bearer ' }, 'shared', 'server'],
    [
      'no gate',
      'one token twice',
      { 'X-GitLab-Token': 'mine', Authorization: 'Bearer mine' },
      'mine',
      'X-GitLab-Token',
    ],
    ['no gate', 'one header twice', { 'X-GitLab-Token': ['mine', 'mine'] }, 'mine', 'X-GitLab-Token'],
    ['a gate', 'the key', { 'X-MCP-Auth-Token': KEY }, 'shared', 'server'],
    ['a gate', 'the key as bearer', { Authorization: `Bearer ${KEY}` }, 'shared', 'server'],
    ['a gate', 'the key before', { 'X-MCP-Auth-Token': OLD_KEY }, 'shared', 'server'],
    ['a gate', 'both keys', { 'X-MCP-Auth-Token': OLD_KEY, Authorization: `Bearer ${KEY}` }, 'shared', 'server'],
    [
      'a gate',
      'the key and a bearer',
      { 'X-MCP-Auth-Token': KEY, Authorization: 'Bearer mine' },
      'mine',
      'Authorization',
    ],
    [
      'a gate',
      'the key as bearer and a token',
      { Authorization: `Bearer ${KEY}`, 'X-GitLab-Token': 'mine' },
      'mine',
      'X-GitLab-Token',
    ],
    ['mode user', 'a token', { 'PRIVATE-TOKEN': 'mine' }, 'mine', 'PRIVATE-TOKEN'],
    ['mode shared', 'the key', { 'X-MCP-Auth-Token': KEY }, 'shared', 'server'],
    ['no shared token', 'a bearer', { Authorization: 'Bearer mine' }, 'mine', 'Authorization'],
  ])('%s, with %s', async (server, _, headers, token, tokenFrom) => {
    const { body } = await send(urlOf(server), tool, headers);
    const [{ text: said }] = answered.parse(body).result.content;

    expect(seen.parse(JSON.parse(said))).toMatchObject({ token, caller: { tokenFrom } });
  });
});

describe('nothing is queued for', () => {
  test.each<[keyof typeof servers, string, Headers, number, RegExp]>([
    [
      'no gate',
      'two tokens',
      { 'X-GitLab-Token': 'mine', 'PRIVATE-TOKEN': 'theirs' },
      400,
      /different GitLab tokens in X-GitLab-Token and PRIVATE-TOKEN/u,
    ],
    [
      'no gate',
      'a token and a bearer',
      { 'X-GitLab-Token': 'mine', Authorization: 'Bearer theirs' },
      400,
      /X-GitLab-Token and Authorization/u,
    ],
    [
      'no gate',
      'two values of one header',
      { 'X-GitLab-Token': ['mine', 'theirs'] },
      400,
      /different GitLab tokens in X-GitLab-Token;/u,
    ],
    [
      'no gate',
      'two bearers',
      { Authorization: ['Bearer mine', 'Bearer theirs'] },
      400,
      /different GitLab tokens in Authorization;/u,
    ],
    ['no gate', 'a token with a space', { 'X-GitLab-Token': 'Bearer mine' }, 400, /has a space/u],
    ['no gate', 'a token outside ASCII', { 'X-GitLab-Token': 'minä' }, 400, /another character/u],
    [
      'a gate',
      'the key as GitLab token',
      { 'X-MCP-Auth-Token': KEY, 'X-GitLab-Token': KEY },
      400,
      /holds this server's own token/u,
    ],
    ['a gate', 'the old key as GitLab token', { 'X-MCP-Auth-Token': KEY, 'PRIVATE-TOKEN': OLD_KEY }, 400, /own token/u],
    ['a gate', 'no key', { 'X-GitLab-Token': 'mine' }, 401, /X-MCP-Auth-Token/u],
    ['a gate', 'a bearer instead of the key', { Authorization: 'Bearer mine' }, 401, /X-MCP-Auth-Token/u],
    ['a gate', 'a key outside ASCII', { 'X-MCP-Auth-Token': 'kä' }, 401, /X-MCP-Auth-Token/u],
    ['a gate', 'the key and more', { 'X-MCP-Auth-Token': `${KEY}, ${KEY}` }, 401, /X-MCP-Auth-Token/u],
    ['mode user', 'no token', {}, 401, /^NO_TOKEN: .*X-GitLab-Token\./u],
    ['no shared token', 'no token', {}, 401, /^NO_TOKEN: /u],
    ['mode shared', 'a token', { 'X-MCP-Auth-Token': KEY, 'X-GitLab-Token': 'mine' }, 400, /GITLAB_TOKEN_MODE=shared/u],
    [
      'mode shared',
      'a bearer',
      { 'X-MCP-Auth-Token': KEY, Authorization: 'Bearer mine' },
      400,
      /leave Authorization out/u,
    ],
  ])('%s, with %s', async (server, _, headers, status, message) => {
    queued.length = 0;
    const answer = await send(urlOf(server), tool, headers);

    expect(answer.status).toBe(status);
    expect(refused.parse(answer.body).error.message).toMatch(message);
    expect(JSON.stringify(answer.body)).not.toMatch(/mine|theirs|the-key/u);
    expect(answer.challenge).toBe(status === 401 ? 'Bearer realm="go-mcp-gitlab"' : '');
    expect(queued).toEqual([]);
  });
});

test.each(['mode user', 'no shared token'])('%s: the tools are listed without a token', async (server) => {
  expect(await send(urlOf(server), list, {})).toMatchObject({ status: 200, body: { result: {} } });
});

test('two tokens are two callers, and a caller is never named by its token', async () => {
  const ids = await Promise.all(
    ['mine', 'theirs', 'mine'].map(async (token) => {
      const { body } = await send(urlOf('no gate'), tool, { 'X-GitLab-Token': token });
      return seen.parse(JSON.parse(answered.parse(body).result.content[0].text)).caller.id;
    }),
  );

  expect(ids[0]).toBe(ids[2]);
  expect(ids[0]).not.toBe(ids[1]);
  expect(ids.join(' ')).not.toMatch(/mine|theirs/u);
});

test('no token and no key stands in the log', () => {
  const lines = [...apis.values()].flatMap(({ output }) => output).join('');

  expect(lines).not.toMatch(/mine|the-key/u);
});
