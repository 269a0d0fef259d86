import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startApiWith } from '../support/api.ts';
import { post } from '../support/clients.ts';

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};
const call = { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'my_issues', arguments: {} } };

const STREAM = { Accept: 'application/json, text/event-stream' };

test('a session id lets nobody cancel the calls of another caller', async () => {
  const signals: AbortSignal[] = [];
  const api = await startApiWith(async (_call, { signal }) => {
    signals.push(signal);
    await once(signal, 'abort');
    return { ok: true, content: [{ type: 'text', text: 'done' }] };
  });
  const session = { ...STREAM, 'Mcp-Session-Id': 'known-to-all' };
  const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: call.id } };
  const answered = post(api.url, call, { ...session, 'X-GitLab-Token': 'glpat-of-the-owner' });
  await expect.poll(() => signals.length).toBe(1);
  const stranger = await post(api.url, cancel, { ...session, 'X-GitLab-Token': 'glpat-of-another' });
  const wasAborted = signals[0]?.aborted;
  await post(api.url, cancel, { ...session, 'X-GitLab-Token': 'glpat-of-the-owner' });
  // The stream ends with the call.
  await (await answered).text();
  await expect.poll(() => signals[0]?.aborted).toBe(true);
  await api.close();

  expect(stranger.status).toBe(202);
  expect(wasAborted).toBe(false);
});

test('a request is answered also where its method is that of the cancel notification', async () => {
  const api = await startApiWith(async () => ({ ok: true, content: [] }));
  const request = { jsonrpc: '2.0', id: 3, method: 'notifications/cancelled', params: { requestId: 1 } };
  const response = await post(api.url, request, { 'Mcp-Session-Id': 'some' });
  const answer: unknown = await response.json();
  await api.close();

  expect(answer).toMatchObject({ id: 3, error: { code: -32_601 } });
});

test("a session id lends nobody the token of the session's beginner", async () => {
  const queued: string[] = [];
  const api = await startApiWith(
    async ({ token }) => {
      queued.push(token);
      return { ok: true, content: [{ type: 'text', text: 'done' }] };
    },
    { GITLAB_TOKEN_MODE: 'user' },
  );
  const begun = await post(api.url, initialize, { 'X-GitLab-Token': 'glpat-of-the-beginner' });
  const session = { 'Mcp-Session-Id': begun.headers.get('mcp-session-id') ?? '' };
  const bare = await post(api.url, call, session);
  const other = await post(api.url, call, { ...session, 'X-GitLab-Token': 'glpat-of-another' });
  await api.close();

  expect(session['Mcp-Session-Id']).toMatch(/^[\da-f-]{36}$/u);
  expect([bare.status, other.status]).toEqual([401, 200]);
  expect(queued).toEqual(['glpat-of-another']);
});
