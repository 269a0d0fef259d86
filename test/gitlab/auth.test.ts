import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCall } from './client.ts';
import type { Call } from './client.ts';
import { startGitLab } from './server.ts';
import type { GitLabServer } from './server.ts';

let gitlab: GitLabServer;
let call: Call;

beforeAll(async () => {
  gitlab = await startGitLab();
  call = createCall(gitlab.apiUrl);
});
afterAll(async () => gitlab.close());

const expired = 'Token is expired. You can either do re-authorization or token refresh.';
const revoked = 'Token was revoked. You have to re-authorize from the user.';

async function tokenInfo(token: string): Promise<Response> {
  return fetch(`${gitlab.url}/oauth/token/info`, { headers: { Authorization: `Bearer ${token}` } });
}

describe('a token', () => {
  test.each([
    ['PRIVATE-TOKEN', 'glpat-bob'],
    ['Authorization', 'Bearer glpat-bob'],
    ['Authorization', 'Bearer oauth-bob'],
  ])('is taken from %s: %s', async (header, value) => {
    const result = await call('GET /user', { token: null, headers: { [header]: value } });
    expect(result).toMatchObject({ status: 200, body: { username: 'bob' } });
  });

  test.each([
    ['none', null, 401, { message: '401 Unauthorized' }],
    ['unknown', 'glpat-nobody', 401, { message: '401 Unauthorized' }],
    ['an OAuth token as a private one', 'oauth-bob', 401, { message: '401 Unauthorized' }],
    ['expired', 'glpat-expired', 401, { error: 'invalid_token', error_description: expired }],
    ['revoked', 'glpat-revoked', 401, { error: 'invalid_token', error_description: revoked }],
  ])('that is %s is refused', async (_, token, status, body) => {
    expect(await call('GET /user', { token })).toMatchObject({ status, body });
  });

  test('that is unknown as a bearer is refused with a challenge', async () => {
    const result = await call('GET /user', { token: null, headers: { Authorization: 'Bearer wrong' } });
    expect(result.body).toEqual({ error: 'invalid_token', error_description: 'Bad Access Token.' });
    expect(result.headers.get('WWW-Authenticate')).toContain('Bearer realm="Protected by OAuth 2.0"');
  });

  test('that may only read cannot write', async () => {
    expect(await call('GET /projects/1', { token: 'glpat-readonly' })).toMatchObject({ status: 200 });
    const result = await call('POST /projects/1/issues', { token: 'glpat-readonly', body: { title: 'No' } });
    expect(result).toMatchObject({ status: 403, body: { error: 'insufficient_scope', scope: 'api' } });
  });

  test('for load tests makes its user a developer of team/app', async () => {
    expect(await call('GET /user', { token: 'glpat-user-42' })).toMatchObject({ body: { username: 'user42' } });
    const result = await call('POST /projects/1/repository/branches', {
      token: 'glpat-user-42',
      body: { branch: 'by-user-42', ref: 'main' },
    });
    expect(result.status).toBe(201);
  });

  test('of OAuth is described by /oauth/token/info', async () => {
    expect(await (await tokenInfo('oauth-alice')).json()).toMatchObject({ resource_owner_id: 1, scope: ['api'] });
    expect((await tokenInfo('glpat-alice')).status).toBe(401);
  });
});

describe('a project', () => {
  test.each([
    ['GET /projects/1', 'glpat-alice', 200],
    ['GET /projects/team%2Fapp', 'glpat-alice', 200],
    ['GET /projects/team%2Fsubgroup%2Fdeep.project', 'glpat-alice', 200],
    ['GET /projects/team%2Fapp', 'glpat-mallory', 404],
    ['GET /projects/secret%2Fvault', 'glpat-alice', 404],
    ['GET /projects/secret%2Fvault', 'glpat-mallory', 200],
    ['GET /projects/open%2Fhandbook', 'glpat-mallory', 200],
    ['GET /projects/open%2Fhandbook', null, 200],
    ['GET /projects/team%252Fapp', 'glpat-alice', 404],
  ])('%s as %s answers %i', async (request, token, status) => {
    const result = await call(request, { token });
    expect(result.status).toBe(status);
    if (status === 404) expect(result.body).toEqual({ message: '404 Project Not Found' });
  });

  test('with an unencoded path is no route', async () => {
    expect(await call('GET /projects/team/app')).toMatchObject({ status: 404, body: { error: '404 Not Found' } });
  });

  test('at its old path redirects reads and refuses writes', async () => {
    const read = await call('GET /projects/team%2Fold-app/issues/1?x=1');
    expect(read.status).toBe(301);
    expect(read.headers.get('Location')).toBe(`${gitlab.apiUrl}/projects/1/issues/1?x=1`);
    const write = await call('POST /projects/team%2Fold-app/issues', { body: { title: 'No' } });
    expect(write).toMatchObject({
      status: 405,
      body: { message: 'Non GET methods are not allowed for moved projects' },
    });
  });
});

describe('a role', () => {
  const commit = { branch: 'main', commit_message: 'm', content: 'c' };

  test.each([
    ['POST /projects/1/repository/files/x.txt', 'glpat-carol', 403, '403 Forbidden', commit],
    ['PUT /projects/1/merge_requests/2/merge', 'glpat-carol', 401, '401 Unauthorized', {}],
    ['POST /projects/5/labels', 'glpat-carol', 403, '403 Forbidden', { name: 'x', color: '#000000' }],
    [
      'POST /projects/1/repository/files/x.txt',
      'glpat-bob',
      400,
      'You are not allowed to push into this branch',
      { ...commit, branch: 'production' },
    ],
  ])('too low for %s as %s is refused with %i', async (request, token, status, message, body) => {
    expect(await call(request, { token, body })).toMatchObject({ status, body: { message } });
  });

  test('in a group counts in its projects', async () => {
    const result = await call('GET /projects/1', { token: 'glpat-olga' });
    expect(result.body).toMatchObject({ permissions: { project_access: null, group_access: { access_level: 50 } } });
  });

  test('hides a confidential issue from those it does not concern', async () => {
    expect(await call('GET /projects/1/issues/3', { token: 'glpat-carol' })).toMatchObject({ status: 200 });
    gitlab.store.projects.get(1)?.members.set(4, { userId: 4, level: 10, createdAt: '' });
    const result = await call('GET /projects/1/issues/3', { token: 'glpat-mallory' });
    gitlab.store.projects.get(1)?.members.delete(4);
    expect(result).toMatchObject({ status: 404, body: { message: '404 Not found' } });
  });
});
