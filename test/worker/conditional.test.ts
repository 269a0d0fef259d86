import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitLabClient } from '../../src/gitlab/client.ts';
import type { GitLabClient, Sending } from '../../src/gitlab/client.ts';
import type { GitLabRequest, GitLabResponse } from '../../src/gitlab/request.ts';
import { startGitLab } from '../gitlab/server.ts';
import type { GitLabServer } from '../gitlab/server.ts';
import { alice, cached, get } from './conditional-bench.ts';

/** Sends, and waits for what is kept in the background. */
async function send(client: GitLabClient, request: GitLabRequest, sending: Sending = alice): Promise<GitLabResponse> {
  const response = await client.send(request, sending);
  await turn();
  return response;
}

describe('against GitLab', () => {
  let gitlab: GitLabServer;
  let plain: GitLabClient;

  beforeEach(async () => {
    gitlab = await startGitLab();
    plain = createGitLabClient({
      apiUrl: gitlab.apiUrl,
      connectTimeoutMs: 1000,
      headersTimeoutMs: 5000,
      bodyTimeoutMs: 5000,
      maxBodyBytes: 10_000_000,
      maxBytesInFlight: 100_000_000,
      maxConnections: 4,
      userAgent: 'test',
    });
  });

  afterEach(async () => {
    await plain.close();
    await gitlab.close();
  });

  const statuses = (): readonly (number | null)[] => gitlab.journal.entries().map(({ status }) => status);

  test('the answer to a repeated read is not sent again, and is the same to the reader', async () => {
    const { client } = cached(plain);
    const issues = get('/projects/1/issues', { query: { per_page: 2, page: 1 } });
    const first = await send(client, issues);
    const second = await send(client, issues);
    const varying = {
      'x-request-id': expect.any(String),
      'x-runtime': expect.any(String),
      'x-gitlab-meta': expect.any(String),
      'ratelimit-remaining': expect.any(String),
      'ratelimit-observed': expect.any(String),
      'content-length': expect.any(String),
      'content-encoding': expect.any(String),
      date: expect.any(String),
    };

    expect(statuses()).toEqual([200, 304]);
    expect({ ...first, headers: { ...first.headers, ...varying } }).toEqual({
      ...second,
      headers: { ...second.headers, ...varying },
    });
    expect(first.headers['link']).toMatch(/rel="next"/u);
    expect(second.headers['x-request-id']).toBe(gitlab.journal.entries()[1]?.requestId);
    expect(Number(second.headers['ratelimit-remaining'])).toBeLessThan(Number(first.headers['ratelimit-remaining']));
  });

  test('what has changed at GitLab is read anew, and kept anew', async () => {
    const { client } = cached(plain);
    const issue = get('/projects/1/issues/1');
    await send(client, issue);
    // Past this cache.
    await plain.send({ ...issue, method: 'PUT', body: { title: 'changed' } }, alice);
    const second = await send(client, issue);
    const third = await send(client, issue);

    expect(statuses()).toEqual([200, 200, 200, 304]);
    expect([second.body, third.body]).toMatchObject([{ title: 'changed' }, { title: 'changed' }]);
  });

  test('another token has nothing of it', async () => {
    const { client } = cached(plain);
    const issue = get('/projects/1/issues/1');
    await send(client, issue);
    await send(client, issue, { ...alice, token: 'glpat-olga' });

    expect(statuses()).toEqual([200, 200]);
  });

  test('a token that is revoked gets no kept answer', async () => {
    const { client } = cached(plain);
    await send(client, get('/projects/1/issues/1'));
    const account = gitlab.store.tokens.get('glpat-alice');
    if (account === undefined) throw new Error('no alice');
    gitlab.store.tokens.set('glpat-alice', { ...account, state: 'revoked' });

    await expect(send(client, get('/projects/1/issues/1'))).rejects.toThrow('GITLAB_UNAUTHORIZED');
  });

  const issue = get('/projects/1/issues/1');
  test.each<[string, GitLabRequest, Sending]>([
    ['with other parameters', { ...issue, query: { with: 'more' } }, alice],
    ['as text', { ...issue, accept: 'text' }, alice],
    ['as bytes', { ...issue, accept: 'bytes' }, alice],
    ['without cache', issue, { ...alice, noCache: true }],
    ['with a bound of its own', issue, { ...alice, maxBytes: 10_000 }],
    ['into a sink', { ...issue, accept: 'text' }, { ...alice, sink: { push: () => undefined } }],
  ])('a read %s is another one', async (_, request, sending) => {
    const { client } = cached(plain);
    await send(client, issue);
    await send(client, request, sending);

    expect(statuses()).toEqual([200, 200]);
  });

  test('a read without cache is not kept', async () => {
    const { client } = cached(plain);
    await send(client, issue, { ...alice, noCache: true });
    await send(client, issue);

    expect(statuses()).toEqual([200, 200]);
  });

  test('the order of the parameters does not matter', async () => {
    const { client } = cached(plain);
    await send(client, get('/projects/1/issues', { query: { state: 'opened', page: 1, labels: undefined } }));
    await send(client, get('/projects/1/issues', { query: { page: 1, state: 'opened' } }));

    expect(statuses()).toEqual([200, 304]);
  });
});
