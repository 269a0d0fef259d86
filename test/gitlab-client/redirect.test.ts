import { describe, expect, test } from 'vitest';
import { answers, as, clientOf, closed, failureOf, get, serve, token } from './support.ts';
import type { Listener } from './support.ts';
import type { GitLabFailure } from '../../src/gitlab/failure.ts';
import type { GitLabRequest } from '../../src/gitlab/request.ts';

const moved = JSON.stringify({ message: 'This resource has been moved permanently' });

/** Sends the first request elsewhere (HERE is this server); answers the later ones. */
function redirectsOnce(location: string, status = 301): Listener {
  const turns: Listener[] = [
    (request, response) => {
      const here = `http://${request.headers.host}`;
      answers(moved, status, { location: location.replace('HERE', here) })(request, response);
    },
    answers('{"id":17}'),
  ];
  return (request, response) => turns.shift()?.(request, response);
}

describe('a redirected read', () => {
  test.each([301, 302, 303, 307, 308])('is followed within the API on a %i', async (status) => {
    const { origin, taken, sockets } = await serve(redirectsOnce('/api/v4/projects/17?statistics=true', status));
    const answer = await clientOf(origin).send(get('/projects/team%2Fold', { query: { statistics: true } }), as());
    expect(answer).toMatchObject({ status: 200, body: { id: 17 } });
    expect(taken.map(({ url }) => url)).toEqual([
      '/api/v4/projects/team%2Fold?statistics=true',
      '/api/v4/projects/17?statistics=true',
    ]);
    expect(taken[1]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(sockets.length).toBe(1);
  });

  test('is followed to an absolute address, with its encoding', async () => {
    const path = '/api/v4/projects/team%2Fnew/repository/files/a%2Eb/raw';
    const { origin, taken } = await serve(redirectsOnce(`HERE${path}`));
    await clientOf(origin).send(get('/projects/old/repository/files/a%2Eb/raw'), as());
    expect(taken[1]?.url).toBe(path);
  });

  test('is followed without the rest of an answer that is long', async () => {
    const turns = [answers('a'.repeat(5_000_000), 301, { location: '/api/v4/projects/17' }), answers('{"id":17}')];
    const { origin, sockets } = await serve((request, response) => turns.shift()?.(request, response));
    expect((await clientOf(origin).send(get('/projects/old'), as())).body).toEqual({ id: 17 });
    await closed(sockets.slice(0, 1));
  });

  test.each([
    ['/api/v4/projects/17/releases/v2', 200],
    ['/api/v4/projects/18/repository/files/secret/raw', 'GITLAB_REDIRECTED'],
    ['/api/v4/projects/17', 'GITLAB_REDIRECTED'],
    ['/api/v4/projects/17/../18/issues', 'GITLAB_REDIRECTED'],
    ['/api/v4/projects/17/..%2F18/issues', 'GITLAB_REDIRECTED'],
    ['/api/v4/projects/17/%2e%2e%2f18/issues', 'GITLAB_REDIRECTED'],
    ['/api/v4/user', 'GITLAB_REDIRECTED'],
  ])('that must stay in its project leads to %s: %s', async (location, outcome) => {
    const { origin, taken } = await serve(redirectsOnce(location));
    const sending = { ...as(), within: '/projects/17/' };
    const answered = await clientOf(origin)
      .send(get('/projects/17/releases/v1'), sending)
      .then(
        ({ status }) => status,
        ({ code }: GitLabFailure) => code,
      );
    expect(answered).toBe(outcome);
    expect(taken.length).toBe(outcome === 200 ? 2 : 1);
  });

  test('is followed three times and no more', async () => {
    let count = 0;
    const { origin, taken } = await serve((request, response) => {
      count += 1;
      answers('', 302, { location: `/api/v4/hop/${count}` })(request, response);
    });
    const failure = await failureOf(clientOf(origin).send(get('/start'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_REDIRECTED', acted: 'no', status: 302 });
    expect(failure.detail).toBe('GitLab redirects more than 3 times, the last time to /api/v4/hop/4');
    expect(taken.length).toBe(4);
  });

  test.each([
    '/users/sign_in',
    '/api/v4/../../admin/users',
    '/api/v4/%2e%2e/admin',
    '/api/v4evil/projects',
    '/api/v4',
    '..',
  ])('does not leave the API for %s', async (location) => {
    const { origin, taken } = await serve(redirectsOnce(location));
    const failure = await failureOf(clientOf(origin).send(get('/projects'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_REDIRECTED', acted: 'no' });
    expect(failure.detail).toMatch(
      /^GitLab redirects out of its API: check GITLAB_API_URL and the token. It names \//u,
    );
    expect(taken.length).toBe(1);
  });

  test.each(['', 'http://', 'https://[', 'http://a b/'])('ends where the place %j is unreadable', async (location) => {
    const { origin } = await serve(redirectsOnce(location));
    const failure = await failureOf(clientOf(origin).send(get('/projects'), as()));
    expect(failure.detail).toBe('GitLab redirects without a readable place: check GITLAB_API_URL');
  });

  test('names neither the query nor the token', async () => {
    const { origin } = await serve(redirectsOnce(`/users/${token}/sign_in?secret=1`));
    const { message } = await failureOf(clientOf(origin).send(get('/projects'), as()));
    expect(message).toContain('/users/[token]/sign_in');
    expect(message).not.toContain('secret');
  });
});

describe('a redirect to another origin', () => {
  test('is never followed: no connection is made, no token leaves', async () => {
    const foreign = await serve(answers('{"stolen":true}'));
    const { origin, taken } = await serve(redirectsOnce(`${foreign.origin}/api/v4/user?secret=1`));
    const failure = await failureOf(clientOf(origin).send(get('/user'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_REDIRECTED', acted: 'no', status: 301 });
    expect(failure.detail).toBe(
      `GitLab redirects to ${foreign.origin}, where the token must not go: check GITLAB_API_URL`,
    );
    expect([taken.length, foreign.taken.length, foreign.sockets.length]).toEqual([1, 0, 0]);
  });

  test.each([
    ['//evil.example/api/v4/user', 'http://evil.example'],
    ['\\\\evil.example/api/v4/user', 'http://evil.example'],
    ['http://gitlab:pass@evil.example/api/v4/user', 'http://evil.example'],
    ['https://127.0.0.1/api/v4/user', 'https://127.0.0.1'],
    ['http://127.0.0.1:1/api/v4/user', 'http://127.0.0.1:1'],
    ['javascript:alert(1)', 'null'],
  ])('is known in %s', async (location, place) => {
    const { origin } = await serve(redirectsOnce(location));
    const { detail } = await failureOf(clientOf(origin).send(get('/user'), as()));
    expect(detail).toContain(`GitLab redirects to ${place}, where the token must not go`);
  });
});

describe('a redirected write', () => {
  test.each<[GitLabRequest['method'], number, 'no' | 'maybe']>([
    ['POST', 301, 'no'],
    ['POST', 302, 'no'],
    ['POST', 303, 'maybe'],
    ['POST', 307, 'no'],
    ['PUT', 308, 'no'],
    ['DELETE', 301, 'no'],
  ])('is not sent again: %s on a %i, on which GitLab acted: %s', async (method, status, acted) => {
    const { origin, taken } = await serve(redirectsOnce('/api/v4/projects/17/issues?a=b', status));
    const request = { method, path: '/projects/old/issues', query: {}, accept: 'json' } as const;
    const failure = await failureOf(clientOf(origin).send(request, as()));
    expect(failure).toMatchObject({ code: 'GITLAB_REDIRECTED', acted, status });
    expect(failure.detail).toMatch(/a write is not sent there by itself: \/api\/v4\/projects\/17\/issues$/u);
    expect(taken.length).toBe(1);
  });
});
