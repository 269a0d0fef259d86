import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Failure } from '../../src/errors.ts';
import { answers, as, clientOf, closed, failureOf, get, listen, post, serve } from './support.ts';
import type { ServerResponse } from 'node:http';
import type { Listener } from './support.ts';

const gzip = { 'content-encoding': 'gzip' };
const never: Listener = () => undefined;
const cancelled = { code: 'CANCELLED', acted: 'maybe' };

describe('an abort before the request is sent', () => {
  test('keeps it from leaving', async () => {
    const { origin, sockets } = await serve(answers());
    const failure = await failureOf(clientOf(origin).send(post('/x'), as({ signal: AbortSignal.abort() })));
    expect(failure).toMatchObject({ code: 'CANCELLED', acted: 'no', status: undefined });
    expect(failure.detail).toBe('The call was cancelled while GitLab was asked.');
    expect(sockets.length).toBe(0);
  });

  test('ends the wait for a free connection at once, and the request never leaves', async () => {
    const held: ServerResponse[] = [];
    const { origin, server, taken } = await serve((_, response) => held.push(response));
    const client = clientOf(origin, { maxConnections: 1 });
    const first = client.send(get('/first'), as());
    await once(server, 'request');

    const { signal, abort } = controlled();
    const second = client.send(post('/second'), as({ signal }));
    setImmediate(abort);
    expect(await failureOf(second)).toMatchObject({ code: 'CANCELLED', acted: 'no' });

    const third = client.send(get('/third'), as());
    held[0]?.end('{}');
    await first;
    await once(server, 'request');
    held[1]?.end('{}');
    await third;
    expect(taken.map(({ url }) => url)).toEqual(['/api/v4/first', '/api/v4/third']);
  });

  test('ends the wait for a connection at once', async () => {
    const server = createServer();
    const port = await listen(server);
    onTestFinished(() => {
      server.close();
    });
    const { signal, abort } = controlled();
    server.once('connection', (socket) => {
      onTestFinished(() => {
        socket.destroy();
      });
      abort();
    });
    // The TLS handshake stays without an answer, for the minute that it may take.
    const call = clientOf(`https://127.0.0.1:${port}`, { connectTimeoutMs: 60_000 }).send(post('/x'), as({ signal }));
    expect(await failureOf(call)).toMatchObject({ code: 'CANCELLED', acted: 'no' });
  });
});

describe('an abort of a request that was sent', () => {
  test('before the answer ends the call and the connection', async () => {
    const { origin, server, sockets } = await serve(never);
    const { signal, abort } = controlled();
    server.once('request', abort);
    expect(await failureOf(clientOf(origin).send(post('/x'), as({ signal })))).toMatchObject(cancelled);
    await closed(sockets);
  });

  const stuck: readonly [string, Listener][] = [
    ['a plain body', (_, response) => response.write('{"a":"'.padEnd(100_000))],
    ['a packed body', (_, response) => response.writeHead(200, gzip).write(gzipSync('{"a":1}').subarray(0, 15))],
    ['an error body', (_, response) => response.writeHead(500).write('{"message":')],
  ];

  test.each(stuck)('within %s ends the call and the connection', async (_, listener) => {
    const { signal, abort } = controlled();
    const { origin, sockets } = await serve(listener);
    onHeaders(abort);
    expect(await failureOf(clientOf(origin).send(post('/x'), as({ signal })))).toMatchObject(cancelled);
    await closed(sockets);
  });

  test('within the body of a refusal knows that GitLab did not act', async () => {
    const { signal, abort } = controlled();
    const { origin } = await serve((_, response) => response.writeHead(422).write('{"message":'));
    onHeaders(abort);
    const failure = await failureOf(clientOf(origin).send(post('/x'), as({ signal })));
    expect(failure).toMatchObject({ code: 'CANCELLED', acted: 'no' });
  });

  test('from within its sink ends the call and the connection', async () => {
    const { origin, sockets } = await serve((_, response) => response.write('log\n'.repeat(100_000)));
    const { signal, abort } = controlled();
    const sink = { push: abort };
    const call = clientOf(origin).send(get('/trace', { accept: 'text' }), as({ signal, sink }));
    expect(await failureOf(call)).toMatchObject(cancelled);
    await closed(sockets);
  });

  test('leaves the other calls alone', async () => {
    const held: ServerResponse[] = [];
    const { origin, server } = await serve((_, response) => held.push(response));
    const client = clientOf(origin);
    const { signal, abort } = controlled();
    const first = client.send(get('/first'), as());
    await once(server, 'request');
    const second = client.send(get('/second'), as({ signal }));
    await once(server, 'request');
    abort();
    await failureOf(second);
    held[0]?.end('{"first":1}');
    expect((await first).body).toEqual({ first: 1 });
  });
});

describe('the reason of an abort', () => {
  const deadline = new Failure('DEADLINE_EXCEEDED', 'Not done after 60 s', { retryAfterMs: 5 });

  test('keeps its code and words where it is a Failure', async () => {
    const { signal, abort } = controlled();
    const { origin, server } = await serve(never);
    server.once('request', () => {
      abort(deadline);
    });
    const failure = await failureOf(clientOf(origin).send(post('/x'), as({ signal })));
    const { code, detail, retryAfterMs } = deadline;
    expect(failure).toMatchObject({ code, detail, retryAfterMs, acted: 'maybe', cause: deadline });
  });

  test.each(['words', 7, null, new Error('fault'), { code: 'BUSY' }])('may be %j', async (reason) => {
    const { signal, abort } = controlled();
    const { origin, server } = await serve(never);
    server.once('request', () => {
      abort(reason);
    });
    expect(await failureOf(clientOf(origin).send(post('/x'), as({ signal })))).toMatchObject(cancelled);
  });
});

test('leaves no listener on the signal of a call that ended', async () => {
  const { origin } = await serve(answers());
  const { signal } = new AbortController();
  await clientOf(origin).send(get('/x'), as({ signal }));
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

/** Runs once, as soon as the client has taken in the headers of an answer. */
function onHeaders(act: () => void): void {
  const listener = (): void => {
    unsubscribe('undici:request:headers', listener);
    setImmediate(act);
  };
  subscribe('undici:request:headers', listener);
}

function controlled(): { readonly signal: AbortSignal; readonly abort: (reason?: unknown) => void } {
  const controller = new AbortController();
  const abort = (reason?: unknown): void => {
    controller.abort(reason);
  };
  return { signal: controller.signal, abort };
}
