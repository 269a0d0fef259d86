import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { answers, as, clientOf, closed, failureOf, get, serve } from './support.ts';
import type { Listener } from './support.ts';
import type { Sending } from '../../src/gitlab/client.ts';
import type { GitLabRequest, GitLabResponse, TextSink } from '../../src/gitlab/request.ts';

type Accept = GitLabRequest['accept'];

const gzip = { 'content-encoding': 'gzip' };
const words = 'Größe 日本 😀\n';

async function ask(listener: Listener, accept: Accept, sending: Partial<Sending> = {}): Promise<GitLabResponse> {
  const { origin } = await serve(listener);
  return clientOf(origin).send(get('/x', { accept }), as(sending));
}

function listSink(): TextSink & { readonly pieces: string[] } {
  const pieces: string[] = [];
  const push = (piece: string): void => {
    pieces.push(piece);
  };
  return { pieces, push };
}

/** Sends a body piece by piece, without announcing its length. */
function inPieces(pieces: Iterable<Buffer>, headers: Record<string, string> = {}): Listener {
  return (_, response) => {
    response.writeHead(200, headers);
    Readable.from(pieces).pipe(response);
  };
}

function* repeated(piece: Buffer, times: number): Generator<Buffer> {
  for (let time = 0; time < times; time += 1) yield piece;
}

function* bytewise(bytes: Buffer): Generator<Buffer> {
  for (const byte of bytes) yield Buffer.of(byte);
}

describe('what an answer becomes', () => {
  test.each<[Accept, string, unknown]>([
    ['json', '{"a":[1,null,"ü"]}', { a: [1, null, 'ü'] }],
    ['json', ' null ', null],
    ['json', '"text"', 'text'],
    ['text', words, words],
    ['bytes', words, Buffer.from(words)],
    ['json', '', undefined],
    ['text', '', undefined],
    ['bytes', '', undefined],
  ])('for %s and %j', async (accept, body, value) => {
    expect((await ask(answers(body), accept)).body).toEqual(value);
    expect((await ask(answers(gzipSync(body), 200, gzip), accept)).body).toEqual(value);
  });

  test.each<[string, string | Buffer]>([
    ['', '{"a":1}'],
    [' ', '{"a":1}'],
    ['Identity', '{"a":1}'],
    ['GZIP', gzipSync('{"a":1}')],
    ['X-Gzip', gzipSync('{"a":1}')],
  ])('is read where its Content-Encoding is %j', async (encoding, body) => {
    expect((await ask(answers(body, 200, { 'content-encoding': encoding }), 'json')).body).toEqual({ a: 1 });
  });

  test('is JSON behind a byte order mark too', async () => {
    expect((await ask(answers('\uFEFF{"a":1}'), 'json')).body).toEqual({ a: 1 });
  });

  test.each<[number, Record<string, string>]>([
    [204, {}],
    [204, gzip],
    [204, { 'content-length': '21' }],
    [205, {}],
    [304, gzip],
    [304, { ...gzip, 'content-length': '21' }],
    [200, { ...gzip, 'content-length': '0' }],
  ])('is undefined for an empty %i with the headers %j', async (status, headers) => {
    expect(await ask(answers('', status, headers), 'json')).toMatchObject({ status, body: undefined });
  });

  test.each<[string, Record<string, string>, number]>([
    ['one connection', {}, 1],
    ['a connection each where they tell the length of what they do not send', { 'content-length': '21' }, 5],
  ])('is undefined for five 304 over %s', async (_, headers, connections) => {
    const { origin, sockets } = await serve(answers('', 304, headers));
    const client = clientOf(origin);
    for (let call = 0; call < 5; call += 1) expect((await client.send(get('/x'), as())).body).toBeUndefined(); // oxlint-disable-line no-await-in-loop -- in turn

    expect(sockets).toHaveLength(connections);
  });

  test('keeps bytes as they are, and a byte order mark in text', async () => {
    const bytes = Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xff, 0x00]);
    expect((await ask(answers(bytes), 'bytes')).body).toEqual(bytes);
    expect((await ask(answers(bytes), 'text')).body).toBe('\uFEFFa\uFFFD\0');
  });

  test('comes with its status and its headers, repeated ones joined', async () => {
    const headers = { 'X-Page': '2', Link: ['<a>; rel="next"', '<b>; rel="last"'] };
    expect(await ask(answers('{}', 201, headers), 'json')).toMatchObject({
      status: 201,
      headers: { 'x-page': '2', link: '<a>; rel="next", <b>; rel="last"' },
    });
  });
});

/** They pack to half their length: below and above what is unpacked at once. */
const digits = (bytes: number): string => randomBytes(bytes).toString('hex');

describe('a packed answer', () => {
  test.each([10, 15_000, 17_000, 400_000])(
    'of %i bytes arrives whole, and leaves its connection to the next',
    async (bytes) => {
      const body = { digits: digits(bytes) };
      const { origin, sockets } = await serve(answers(gzipSync(JSON.stringify(body)), 200, gzip));
      const client = clientOf(origin);
      const first = await client.send(get('/x'), as());
      const second = await client.send(get('/x'), as());

      expect([first.body, second.body]).toEqual([body, body]);
      expect(sockets).toHaveLength(1);
    },
  );

  test.each([10, 100_000])('of %i bytes that breaks off is a failure', async (bytes) => {
    const packed = gzipSync(digits(bytes));
    const failure = await failureOf(ask(answers(packed.subarray(0, -10), 200, gzip), 'json'));

    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe' });
  });
});

describe('an answer that is not JSON', () => {
  test.each([
    ['a login page', '<!DOCTYPE html><html><body>Sign in</body></html>', 'a web page'],
    ['XML', '<?xml version="1.0"?><a/>', 'a web page'],
    ['half of JSON', '{"a":', 'text'],
    ['words', 'pong', 'text'],
  ])('is refused without its text: %s', async (_, body, what) => {
    const { origin } = await serve(answers(body));
    const failure = await failureOf(clientOf(origin).send(get('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe', status: 200 });
    expect(failure.detail).toBe(`GitLab answered with ${what} instead of JSON: check GITLAB_API_URL`);
  });

  test('is refused where its compression was not asked for', async () => {
    const { origin, sockets } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'br' }).write('never ends'),
    );
    const failure = await failureOf(clientOf(origin).send(get('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe', status: 200 });
    expect(failure.detail).toBe('GitLab answered in a compression that was not asked for: check GITLAB_API_URL');
    await closed(sockets);
  });
});

describe('a text answer with a sink', () => {
  test.each([
    ['plain', inPieces(bytewise(Buffer.from(words)))],
    ['packed', inPieces(bytewise(gzipSync(words)), gzip)],
  ])('arrives whole though %s bytes come one by one', async (_, listener) => {
    const sink = listSink();
    expect((await ask(listener, 'text', { sink })).body).toBeUndefined();
    expect(sink.pieces.join('')).toBe(words);
  });

  test('ends in a mark where its last character is cut off', async () => {
    const sink = listSink();
    await ask(answers(Buffer.from('aü').subarray(0, 2)), 'text', { sink });
    expect(sink.pieces.join('')).toBe('a\uFFFD');
  });

  test.each([
    ['plain', inPieces(repeated(Buffer.from('line of a log\n'.repeat(1000)), 1500))],
    ['packed', inPieces(repeated(gzipSync('line of a log\n'.repeat(1000)), 1500), { 'content-encoding': 'x-gzip' })],
  ])('passes 21 MB through in flat memory (%s)', async (_, listener) => {
    const weighed = weighingSink(3_000_000);
    await ask(listener, 'text', { sink: weighed });
    expect(weighed.length()).toBe(21_000_000);
    expect(weighed.weights.length).toBeGreaterThanOrEqual(6);
    // Kept pieces would weigh 18 MB between the first weighing and the last; what is on its way weighs up to 5 MB.
    expect(Math.max(...weighed.weights) - Math.min(...weighed.weights)).toBeLessThan(9_000_000);
  });

  test('is bounded by the bytes of the call, not of the client', async () => {
    const sink = listSink();
    const pieces = repeated(Buffer.alloc(10_000, 'a'), 1000);
    await expect(ask(inPieces(pieces), 'text', { sink, maxBytes: 2_000_000 })).rejects.toMatchObject({
      code: 'ANSWER_TOO_LARGE',
    });
    const length = sink.pieces.join('').length;
    expect(length).toBeGreaterThan(1_000_000);
    expect(length).toBeLessThanOrEqual(2_000_000);
  });

  test('ends with the error of its sink, and the connection with it', async () => {
    const { origin, sockets } = await serve(inPieces(repeated(Buffer.alloc(10_000, 'a'), 100_000)));
    const enough = new Failure('INTERNAL', 'enough');
    const push = (): void => {
      throw enough;
    };
    await expect(clientOf(origin).send(get('/x', { accept: 'text' }), as({ sink: { push } }))).rejects.toBe(enough);
    await closed(sockets);
  });
});

const fits = (length: number): object => ({ status: 200, body: { length } });

describe('an answer that is too large', () => {
  test.each<[string, Listener]>([
    ['announced', (_, response) => response.writeHead(200, { 'content-length': 30_000_000 }).write('a')],
    ['in pieces', inPieces(repeated(Buffer.alloc(10_000), 3000))],
    ['packed in pieces', inPieces(repeated(gzipSync(Buffer.alloc(10_000)), 300_000), gzip)],
  ])('ends the call and the connection (%s)', async (_, listener) => {
    const { origin, sockets } = await serve(listener);
    const failure = await failureOf(clientOf(origin).send(get('/x', { accept: 'bytes' }), as()));
    expect(failure).toMatchObject({ code: 'ANSWER_TOO_LARGE', acted: 'maybe', status: 200 });
    expect(failure.detail).toBe("GitLab's answer is larger than 1000000 bytes: ask for less");
    await closed(sockets);
  });

  test('is measured unpacked', async () => {
    const packed = gzipSync(Buffer.alloc(50_000_000));
    await expect(ask(answers(packed, 200, gzip), 'bytes')).rejects.toMatchObject({ code: 'ANSWER_TOO_LARGE' });
  });

  const isTooLarge = { code: 'ANSWER_TOO_LARGE' };

  test.each<[number, number | undefined, object]>([
    [1_000_000, undefined, fits(1_000_000)],
    [1_000_001, undefined, isTooLarge],
    [1_000_001, 1_000_001, fits(1_000_001)],
    [5, 4, isTooLarge],
  ])('of %i bytes is measured by the bound %s of the call, else of the client', async (length, maxBytes, outcome) => {
    const call = ask(answers(Buffer.alloc(length)), 'bytes', { maxBytes });
    expect(await call.catch((error: unknown) => error)).toMatchObject(outcome);
  });
});

/** Weighs what is left in memory after a collection, once in so many characters. */
function weighingSink(every: number): TextSink & { readonly weights: number[]; length(): number } {
  setFlagsFromString('--expose-gc');
  const weights: number[] = [];
  let total = 0;
  const push = (piece: string): void => {
    total += piece.length;
    if (Math.floor(total / every) <= weights.length) return;
    runInNewContext('gc()');
    const { heapUsed, external } = process.memoryUsage();
    weights.push(heapUsed + external);
  };
  return { weights, length: () => total, push };
}
