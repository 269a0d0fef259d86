import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { answers, as, breaksOff, clientOf, failureOf, get, listen, post, serve } from './support.ts';
import type { Socket } from 'node:net';
import type { Listener } from './support.ts';

/** A server below HTTP, which may say anything or nothing. */
async function serveRaw(onSocket: (socket: Socket) => unknown): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    onSocket(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${port}`;
}

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';
const silence = (): void => undefined;

describe('a request that did not reach GitLab', () => {
  const notSent = 'the request was not sent';

  test('is GITLAB_UNREACHABLE where the connection is refused', async () => {
    const { origin, server } = await serve(answers());
    server.close();
    const failure = await failureOf(clientOf(origin).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'no', status: undefined });
    expect(failure.detail).toBe(`${new URL(origin).host}: the connection was refused (ECONNREFUSED); ${notSent}`);
  });

  test('is GITLAB_UNREACHABLE where DNS does not know the name', async () => {
    const failure = await failureOf(clientOf('http://nosuch.invalid').send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'no' });
    expect(failure.detail).toMatch(/^nosuch\.invalid: DNS .*; the request was not sent$/u);
  });

  test('is GITLAB_TIMEOUT where no connection comes about in time', async () => {
    const host = await serveRaw(silence);
    const failure = await failureOf(clientOf(`https://${host}`, { connectTimeoutMs: 200 }).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_TIMEOUT', acted: 'no' });
    expect(failure.detail).toBe(`${host}: no connection could be made in time (UND_ERR_CONNECT_TIMEOUT); ${notSent}`);
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['hangs up', (socket) => socket.destroy()],
    ['speaks no TLS', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('is GITLAB_UNREACHABLE where the other side %s in the TLS handshake', async (_, onSocket) => {
    const failure = await failureOf(clientOf(`https://${await serveRaw(onSocket)}`).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'no' });
  });
});

describe('a request on which GitLab may have acted', () => {
  test('is GITLAB_TIMEOUT where no answer comes in time', async () => {
    const { origin, taken } = await serve(silence);
    const failure = await failureOf(clientOf(origin, { headersTimeoutMs: 100 }).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_TIMEOUT', acted: 'maybe', status: undefined });
    expect(failure.detail).toMatch(/: no answer came in time \(UND_ERR_HEADERS_TIMEOUT\); the request had been sent$/u);
    expect(taken.length).toBe(1);
  });

  test('is GITLAB_TIMEOUT where the answer stops midway', async () => {
    const { origin } = await serve((_, response) => response.write('{"a":'));
    const failure = await failureOf(clientOf(origin, { bodyTimeoutMs: 100 }).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_TIMEOUT', acted: 'maybe', status: 200 });
    expect(failure.detail).toContain('the answer stopped midway (UND_ERR_BODY_TIMEOUT)');
  });

  test.each<[string, (socket: Socket) => unknown]>([
    ['ends the connection', (socket) => socket.end()],
    ['resets the connection', (socket) => socket.resetAndDestroy()],
    ['speaks no HTTP', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n')],
    ['breaks off within the headers', (socket) => socket.end('HTTP/1.1 201 Created\r\nContent-Le')],
    ['sends headers without end', (socket) => socket.end(`HTTP/1.1 200 OK\r\nA: ${'a'.repeat(100_000)}\r\n\r\n`)],
  ])('is GITLAB_UNREACHABLE where the other side %s', async (_, onData) => {
    const host = await serveRaw((socket) =>
      socket.once('data', () => {
        onData(socket);
      }),
    );
    const failure = await failureOf(clientOf(`http://${host}`).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe', status: undefined });
    expect(failure.detail).toContain('the request had been sent');
  });

  const halfGzip = gzipSync('{"a":1}'.repeat(1000)).subarray(0, 30);

  test.each<[string, Listener]>([
    ['its announced end', breaksOff('{', 201, { 'content-length': 9 })],
    ['its last chunk', breaksOff('{"a":', 201)],
    ['the end of its packing', answers(halfGzip, 201, { 'content-encoding': 'gzip' })],
    ['its unpacking', answers('no gzip', 201, { 'content-encoding': 'gzip' })],
  ])('is GITLAB_UNREACHABLE where the answer breaks off before %s', async (_, listener) => {
    const { origin } = await serve(listener);
    const failure = await failureOf(clientOf(origin).send(post('/x'), as()));
    expect(failure).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe', status: 201 });
  });
});

test.each([get('/x'), post('/x')])('sends a request once, whatever happens: $method', async (request) => {
  const seen: string[] = [];
  const turns = [(socket: Socket) => socket.write(ok), (socket: Socket) => socket.resetAndDestroy()];
  // The second request comes over the connection that was kept.
  const host = await serveRaw((socket) =>
    socket.on('data', (data) => {
      seen.push(String(data).split(' ', 2).join(' '));
      turns.shift()?.(socket);
    }),
  );
  const client = clientOf(`http://${host}`);
  await client.send(get('/first'), as());
  expect(await failureOf(client.send(request, as()))).toMatchObject({ code: 'GITLAB_UNREACHABLE', acted: 'maybe' });
  expect(seen).toEqual(['GET /api/v4/first', `${request.method} /api/v4/x`]);
});

test('works again after the connection broke', async () => {
  const turns: Listener[] = [(request) => request.socket.destroy(), answers('{"ok":1}')];
  const { origin } = await serve((request, response) => turns.shift()?.(request, response));
  const client = clientOf(origin);
  await failureOf(client.send(get('/x'), as()));
  expect((await client.send(get('/x'), as())).body).toEqual({ ok: 1 });
});

test('does not call a fault of ours a network failure', async () => {
  const { origin, taken } = await serve(answers());
  await expect(clientOf(origin).send(get('/not encoded'), as())).rejects.toMatchObject({ code: 'UND_ERR_INVALID_ARG' });
  expect(taken.length).toBe(0);
});
