import { once } from 'node:events';
import { expect, test } from 'vitest';
import { answers, answersLate, as, clientOf, get, post, serve, token } from './support.ts';
import type { Taken } from './support.ts';
import type { GitLabRequest } from '../../src/gitlab/request.ts';

async function sent(request: GitLabRequest): Promise<Taken> {
  const { origin, taken } = await serve(answers());
  await clientOf(origin).send(request, as());
  const [only] = taken;
  if (only === undefined || taken.length !== 1) throw new Error(`${taken.length} requests came`);
  return only;
}

test.each([
  ['an encoded slash', '/projects/team%2Fapp/issues/7'],
  ['dots alone in a segment', '/projects/1/repository/files/../raw'],
  ['encoded dots', '/projects/1/repository/branches/%2E%2E'],
  ['a dot in a name', '/projects/1/repository/files/src%2Fa.b%2Fc%2Ets/raw'],
  ['encoded unicode', '/projects/1/wikis/%C3%BCber%20uns'],
  ['an encoded percent sign', '/projects/1/labels/100%25%20sure'],
  ['lower-case escapes', '/projects/a%2fb'],
  ['doubled slashes', '/projects//1'],
])('sends a path with %s exactly as given', async (_, path) => {
  expect((await sent(get(path))).url).toBe(`/api/v4${path}`);
});

test.each<[string, GitLabRequest['query'], string]>([
  ['nothing for an empty query', {}, ''],
  ['scalars', { per_page: 20, search: 'a b', archived: false }, '?per_page=20&search=a+b&archived=false'],
  ['arrays', { iids: [1, 2], scope: 'all' }, '?iids%5B%5D=1&iids%5B%5D=2&scope=all'],
  ['no undefined value and no empty array', { page: undefined, iids: [], state: 'opened' }, '?state=opened'],
  ['reserved characters', { search: 'a&b=c#d+e%/?ü' }, '?search=a%26b%3Dc%23d%2Be%25%2F%3F%C3%BC'],
  ['half a surrogate pair', { search: 'a\uD800' }, '?search=a%EF%BF%BD'],
])('writes %s into the query', async (_, query, search) => {
  expect((await sent(get('/issues', { query }))).url).toBe(`/api/v4/issues${search}`);
});

test('sends the token as a bearer, and the agent, and asks for gzip', async () => {
  const { headers } = await sent(get('/user'));
  expect(headers).toMatchObject({
    authorization: `Bearer ${token}`,
    'user-agent': 'test/1',
    accept: 'application/json',
    'accept-encoding': 'gzip',
  });
  expect(headers['private-token']).toBeUndefined();
});

test('adds the headers of the call, but none can replace the token', async () => {
  const { origin, taken } = await serve(answers());
  await clientOf(origin).send(
    get('/user'),
    as({ headers: { 'If-None-Match': 'W/"1"', Authorization: 'Bearer other' } }),
  );
  expect(taken[0]?.headers).toMatchObject({ 'if-none-match': 'W/"1"', authorization: `Bearer ${token}` });
});

test('sends a body as JSON with its length', async () => {
  const { method, headers, body } = await sent(
    post('/projects/1/issues', { title: 'Größe', labels: ['a'], due: undefined }),
  );
  expect(method).toBe('POST');
  expect(headers).toMatchObject({ 'content-type': 'application/json', 'content-length': String(body.length) });
  expect(body.toString()).toBe('{"title":"Größe","labels":["a"]}');
});

test.each<[GitLabRequest['method'], string | undefined]>([
  ['GET', undefined],
  ['POST', '0'],
  ['PUT', '0'],
  ['DELETE', undefined],
])('sends a %s without a body with content-length %s', async (method, length) => {
  const { headers, body } = await sent({ method, path: '/x', query: {}, accept: 'json' });
  expect([headers['content-length'], headers['content-type'], body.length]).toEqual([length, undefined, 0]);
});

test.each([
  ['plain.txt', 'plain.txt'],
  ['with "quotes".txt', 'with %22quotes%22.txt'],
  ['a;b=c\\.txt', 'a;b=c\\.txt'],
  ['größe 日本 😀.png', 'größe 日本 😀.png'],
  ['line\r\nContent-Type: text/html\r\n\r\n.txt', 'line%0D%0AContent-Type: text/html%0D%0A%0D%0A.txt'],
])('sends the file %j as a form', async (filename, written) => {
  const bytes = Buffer.from([0, 1, 13, 10, 45, 45, 255]);
  const form = { field: 'file', filename, bytes };
  const { headers, body } = await sent({ method: 'POST', path: '/uploads', query: {}, form, accept: 'json' });
  const boundary = String(headers['content-type']).replace('multipart/form-data; boundary=', '');
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${written}"\r\n`;
  const type = 'Content-Type: application/octet-stream\r\n\r\n';
  expect(body).toEqual(Buffer.concat([Buffer.from(head + type), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]));
  expect(headers['content-length']).toBe(String(body.length));
});

test('sends a call to an API below a relative root, with or without a slash at the end', async () => {
  const { origin, taken } = await serve(answers());
  await clientOf(origin, { apiUrl: `${origin}/git/api/v4/` }).send(get('/user'), as());
  expect(taken[0]?.url).toBe('/git/api/v4/user');
});

test('serves a hundred calls in turn over one connection', async () => {
  const { origin, taken, sockets } = await serve(answers());
  const client = clientOf(origin);
  for (let call = 0; call < 100; call += 1) await client.send(get('/user'), as({ token: `token-of-user-${call}` })); // oxlint-disable-line no-await-in-loop -- in turn
  expect([taken.length, sockets.length]).toEqual([100, 1]);
  expect(taken[42]?.headers.authorization).toBe('Bearer token-of-user-42');
});

test('keeps its connection after error answers and empty answers', async () => {
  const kinds = [answers('{}', 404), answers('', 204), answers('{}', 500), answers('<html>', 502), answers()];
  const { origin, sockets } = await serve((request, response) => kinds.shift()?.(request, response));
  const client = clientOf(origin);
  for (let call = 0; call < 5; call += 1) await client.send(get('/user'), as()).catch(() => undefined); // oxlint-disable-line no-await-in-loop -- in turn
  expect(sockets.length).toBe(1);
});

test('opens no more connections than it may', async () => {
  const { origin, sockets } = await serve(answersLate(5));
  const client = clientOf(origin, { maxConnections: 3 });
  await Promise.all(Array.from({ length: 20 }, async () => client.send(get('/user'), as())));
  expect(sockets.length).toBe(3);
});

test('never mixes the tokens or answers of concurrent users', async () => {
  const { origin } = await serve((request, response) => {
    answersLate(Math.random() * 5, JSON.stringify(request.headers.authorization))(request, response);
  });
  const client = clientOf(origin);
  const users = Array.from({ length: 100 }, (_, user) => `user-${user}`);
  const names = await Promise.all(users.map(async (user) => (await client.send(get('/'), as({ token: user }))).body));
  expect(names).toEqual(users.map((user) => `Bearer ${user}`));
});

test.each(['', 'two words', 'line\nbreak', 'ümlaut'])('refuses the token %j before anything leaves', async (bad) => {
  const { origin, sockets } = await serve(answers());
  await expect(clientOf(origin).send(get('/user'), as({ token: bad }))).rejects.toMatchObject({
    code: 'GITLAB_UNAUTHORIZED',
    acted: 'no',
  });
  expect(sockets.length).toBe(0);
});

test('closes after the calls under way have ended', async () => {
  const { origin, server } = await serve(answersLate(50, '{"late":1}'));
  const client = clientOf(origin);
  const call = client.send(get('/user'), as());
  await once(server, 'request');
  await client.close();
  await expect(call).resolves.toMatchObject({ body: { late: 1 } });
  await expect(client.send(get('/user'), as())).rejects.toMatchObject({ code: 'SHUTTING_DOWN', acted: 'no' });
});
