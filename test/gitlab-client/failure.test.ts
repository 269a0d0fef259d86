import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { Failure, failureDataOf } from '../../src/errors.ts';
import { answers, as, breaksOff, clientOf, closed, failureOf, get, post, serve, token } from './support.ts';
import type { OutgoingHttpHeaders } from 'node:http';
import type { Listener } from './support.ts';
import type { GitLabFailure } from '../../src/gitlab/failure.ts';

const now = Date.parse('2026-04-01T00:00:00Z');

async function failureFor(body: unknown, status = 400, headers: OutgoingHttpHeaders = {}): Promise<GitLabFailure> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const { origin } = await serve(answers(text, status, headers));
  return failureOf(clientOf(origin, { now: () => now }).send(post('/projects/1/issues'), as()));
}

test.each<[number, string, 'no' | 'maybe']>([
  [400, 'GITLAB_REJECTED', 'no'],
  [401, 'GITLAB_UNAUTHORIZED', 'no'],
  [403, 'GITLAB_FORBIDDEN', 'no'],
  [404, 'GITLAB_NOT_FOUND', 'no'],
  [405, 'GITLAB_REJECTED', 'no'],
  [409, 'GITLAB_REJECTED', 'no'],
  [422, 'GITLAB_REJECTED', 'no'],
  [429, 'GITLAB_RATE_LIMITED', 'no'],
  [500, 'GITLAB_FAILED', 'maybe'],
  [502, 'GITLAB_FAILED', 'maybe'],
  [503, 'GITLAB_FAILED', 'maybe'],
])('calls a %i %s, on which GitLab acted: %s', async (status, code, acted) => {
  const failure = await failureFor({ message: 'words' }, status, { 'x-request-id': '01HX' });
  expect(failure).toBeInstanceOf(Failure);
  expect(failure).toMatchObject({ code, acted, status, requestId: '01HX', detail: `GitLab answered ${status}: words` });
});

const htmlWords = 'an HTML page (a proxy or a login page?)';

const taken = 'has already been taken';

// Bodies recorded from gitlab.com or read in GitLab's source, but for the last four.
test.each<[string, unknown, string]>([
  ['message, a string', { message: 'Branch cannot be merged' }, 'Branch cannot be merged'],
  [
    'message, an array',
    { message: ['Another open merge request exists: !59'] },
    'Another open merge request exists: !59',
  ],
  [
    'message, an object of arrays',
    { message: { name: [taken], path: [taken, 'is reserved'] } },
    `name: ${taken}; path: ${taken}, is reserved`,
  ],
  ['message, an object with error', { message: { error: 'Requested too many times.' } }, 'Requested too many times.'],
  ['message, an object with base', { message: { base: ['Tag is protected'] } }, 'Tag is protected'],
  ['error, a string', { error: 'title is missing, ref is empty' }, 'title is missing, ref is empty'],
  [
    'error and error_description',
    { error: 'invalid_token', error_description: 'Token was revoked.' },
    'invalid_token; Token was revoked.',
  ],
  [
    'error and scope',
    { error: 'insufficient_scope', error_description: 'More is needed.', scope: 'api' },
    'insufficient_scope; More is needed.; scope: api',
  ],
  ['errors of GraphQL', { errors: [{ message: 'Invalid token' }] }, 'Invalid token'],
  ['message after a byte order mark', '\uFEFF{"message":"Not found"}', 'Not found'],
  ['plain text', 'Retry later\n', 'Retry later'],
  ['a JSON string', '"Retry later"', 'Retry later'],
  [
    'other fields',
    { needs_captcha_response: true, spam_log_id: 7, note: null },
    'needs_captcha_response: true; spam_log_id: 7',
  ],
  ['an HTML page', '<html><head><title>Secret host</title></head><body>502</body></html>', htmlWords],
  ['an HTML page after a byte order mark', '\uFEFF \n<!DOCTYPE html><p>Bad gateway', htmlWords],
  ['XML of a proxy', '<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>', htmlWords],
  ['an HTML page within JSON, escaped', '{"message":"\\u003chtml\\u003e502"}', htmlWords],
  ['an HTML page within JSON', { message: 'upstream said <!DOCTYPE html><p>no' }, htmlWords],
])('keeps the words of an error body of the shape: %s', async (_, body, words) => {
  expect((await failureFor(body)).detail).toBe(`GitLab answered 400: ${words}`);
});

test.each<[string, unknown]>([
  ['nothing', ''],
  ['an empty object', {}],
  ['an empty message', { message: '' }],
  ['null', 'null'],
])('says that there is no message in an error body of %s', async (_, body) => {
  expect((await failureFor(body, 500)).detail).toBe('GitLab answered 500 without a message');
});

test('does not say the status twice', async () => {
  expect((await failureFor({ message: '404 Project Not Found' }, 404)).detail).toBe(
    'GitLab answered: 404 Project Not Found',
  );
});

test.each<[string, unknown]>([
  ['long text', 'ü😀'.repeat(50_000)],
  ['a long message', { message: 'word '.repeat(10_000) }],
  ['a huge list', { message: Array.from({ length: 20_000 }, (_, item) => item) }],
  ['deep nesting', '['.repeat(20_000) + ']'.repeat(20_000)],
  ['nested objects', '{"message":'.repeat(5000) + '"deep"' + '}'.repeat(5000)],
])('never says more than 1,000 characters of %s', async (_, body) => {
  const { detail } = await failureFor(body);
  expect(detail.length).toBeLessThanOrEqual(1000);
  expect(detail).not.toMatch(/\p{Cs}/u);
});

test('removes control characters and marks that turn the direction of text', async () => {
  const { detail } = await failureFor({ message: 'a\u0000b\u001B[31m\r\n\tc\u202Ed\u2028e\uD800f' });
  expect(detail).toBe('GitLab answered 400: a b [31m c d e f');
});

test.each<[string, unknown]>([
  ['plain text', `no such token: ${token}`],
  ['a message', { message: `${token} and ${token}` }],
  ['the name of a field', { [token]: 'is wrong' }],
  ['a place where the text is cut', { message: 'x'.repeat(890) + token }],
])('hides the token in %s', async (_, body) => {
  const failure = await failureFor(body, 401);
  expect(JSON.stringify([failureDataOf(failure), failure.message])).not.toContain(token.slice(0, 8));
});

test('keeps the status of an error whose body breaks off', async () => {
  const { origin } = await serve(breaksOff('cut off here', 422, { 'content-length': 1000 }));
  await expect(clientOf(origin).send(get('/x'), as())).rejects.toMatchObject({ code: 'GITLAB_REJECTED', status: 422 });
});

/** A first piece, then byte by byte; the whole takes a minute. */
function trickles(first: Buffer, rest: Buffer, headers: OutgoingHttpHeaders): Listener {
  return (_, response) => {
    response.writeHead(422, headers).write(first);
    const left = [...rest];
    const timer = setInterval(() => {
      response.write(Buffer.of(left.shift() ?? 0));
    }, 60_000 / rest.length);
    response.on('close', () => {
      clearInterval(timer);
    });
  };
}

const packed = gzipSync(randomBytes(1000));

test.each<[string, Listener, RegExp]>([
  ['a plain', trickles(Buffer.from('{"message":"is too long"}'), Buffer.alloc(600, ' '), {}), /422: is too long$/u],
  ['a packed', trickles(packed.subarray(0, 10), packed.subarray(10), { 'content-encoding': 'gzip' }), /422/u],
])('waits two seconds for %s body of an error that trickles, and says what has come', async (_, listener, detail) => {
  const { origin, sockets } = await serve(listener);
  const begun = performance.now();
  const failure = await failureOf(clientOf(origin).send(get('/x'), as()));

  expect(failure).toMatchObject({ code: 'GITLAB_REJECTED', status: 422, detail: expect.stringMatching(detail) });
  expect(performance.now() - begun).toBeLessThan(4000);
  await closed(sockets);
});

const throttled = { 'ratelimit-limit': '60', 'ratelimit-remaining': '0', 'ratelimit-reset': String(now / 1000 + 40) };

test.each<[string, OutgoingHttpHeaders, number | undefined]>([
  ['as long as Retry-After asks', { ...throttled, 'retry-after': '7' }, 7000],
  ['until the date of Retry-After', { 'retry-after': 'Wed, 01 Apr 2026 00:00:09 GMT' }, 9000],
  ['until the reset of an exhausted limit', throttled, 40_000],
  [
    'as long as it likes, where another limit with room is told',
    { ...throttled, 'ratelimit-remaining': '3' },
    undefined,
  ],
  ['as long as it likes, where nothing is told', {}, undefined],
])('tells a throttled caller to wait %s', async (_, headers, retryAfterMs) => {
  expect((await failureFor('Retry later\n', 429, headers)).retryAfterMs).toBe(retryAfterMs);
});

test('names the seconds to wait and carries the rate limit', async () => {
  const failure = await failureFor('Retry later\n', 429, { ...throttled, 'retry-after': '7' });
  expect(failure.detail).toBe('GitLab answered 429: Retry later; call again in 7 s');
  expect(failure.rateLimit).toEqual({ limit: 60, remaining: 0, resetAt: now + 40_000, retryAfterMs: 7000 });
});

test('carries the Retry-After of a maintenance answer', async () => {
  expect(await failureFor('', 503, { 'retry-after': '60' })).toMatchObject({ retryAfterMs: 60_000, acted: 'maybe' });
});
