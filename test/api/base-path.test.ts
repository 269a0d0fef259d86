import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startApiWith } from '../support/api.ts';
import { textOf, connectClient } from '../support/clients.ts';

describe('an API below /gitlab', () => {
  let api: Awaited<ReturnType<typeof startApiWith>>;

  beforeAll(async () => {
    const env = { BASE_PATH: '/gitlab/', OAUTH_ISSUER: 'https://gitlab.example.com', OAUTH_APPLICATION_IDS: 'app' };
    const answer = { ok: true, content: [{ type: 'text', text: 'answered' }] } as const;
    api = await startApiWith(async () => ({ ok: true, content: [...answer.content] }), {
      ...env,
      PUBLIC_URL: 'https://mcp.example.com/gitlab',
    });
  });

  afterAll(async () => {
    await api.close();
  });

  test.each([
    ['/health', 200],
    ['/gitlab/health', 200],
    ['/gitlab/ready', 200],
    ['/ready', 200],
    ['/gitlab/mcp', 405],
    ['/gitlab', 405],
    ['/gitlab/', 405],
    ['/gitlab?x=1', 405],
    ['/mcp', 405],
    ['/gitlabs/mcp', 404],
    ['/other/mcp', 404],
    ['/gitlab/.well-known/oauth-protected-resource/mcp', 200],
    ['/.well-known/oauth-protected-resource/gitlab/mcp', 200],
  ])('answers GET %s with %i', async (path, status) => {
    const headers = { 'X-GitLab-Token': 'glpat-x' };
    const response = await fetch(new URL(path, api.url), { headers });
    await response.arrayBuffer();
    expect(response.status).toBe(status);
  });

  test('answers calls there', async () => {
    const client = await connectClient(`${api.url}/gitlab`, { 'X-GitLab-Token': 'glpat-x' });
    const result = await client.callTool({ name: 'get_issue', arguments: { project_id: 'a/b', issue_iid: 1 } });
    expect(textOf(result)).toBe('answered');
    await client.close();
  });
});
