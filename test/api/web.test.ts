import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { goneSignalOf, sendWeb, webRequest } from '../../src/api/mcp/web.ts';
import { listenOn } from '../../src/port.ts';

let server: Server | undefined;

afterEach(async () => {
  server?.close();
  if (server !== undefined) await once(server, 'close');
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  const port = await listenOn(server, { host: '127.0.0.1', port: 0, setting: 'PORT' });
  return `http://127.0.0.1:${String(port)}/`;
}

const closing = { headers: { connection: 'close', 'x-name': 'value' } };

/** What a listener is given by one request, once it was answered. */
async function exchanged(answer: (response: ServerResponse) => void): Promise<IncomingMessage> {
  const seen: IncomingMessage[] = [];
  const url = await serve((request, response) => {
    seen.push(request);
    answer(response);
  });
  await (await fetch(url, closing)).text();
  const [first] = seen;
  if (first === undefined) throw new Error('no request has come');
  return first;
}

describe('a web request', () => {
  it('has the headers of the message and the signal that it is given', async () => {
    const message = await exchanged((response) => {
      response.end();
    });
    const { signal } = new AbortController();
    const request = webRequest(message, signal);
    expect(request.method).toBe('GET');
    expect(request.headers.get('x-name')).toBe('value');
    expect(request.signal).toBe(signal);
    expect(request.body).toBeNull();
  });
});

describe('the signal of a client that goes', () => {
  it('stays silent when the answer was sent', async () => {
    let signal: AbortSignal | undefined;
    await exchanged((response) => {
      signal = goneSignalOf(response);
      response.end('all');
    });
    server?.closeAllConnections();
    expect(signal?.aborted).toBe(false);
  });

  it('is aborted when the client goes before', async () => {
    const signals: AbortSignal[] = [];
    const url = await serve((_request, response) => {
      signals.push(goneSignalOf(response));
    });
    const asking = get(url).on('error', () => undefined);
    await vi.waitFor(() => {
      expect(signals).toHaveLength(1);
    });
    asking.destroy();
    await vi.waitFor(() => {
      expect(signals[0]?.aborted).toBe(true);
    });
  });
});

describe('an answer of the SDK', () => {
  it('arrives with its status, headers and every byte, made no faster than the client reads', async () => {
    const chunk = new Uint8Array(262_144).fill(120);
    // More than the kernel's buffers hold.
    const CHUNKS = 128;
    let left = CHUNKS;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (left === 0) controller.close();
        else controller.enqueue(chunk);
        left -= 1;
      },
    });
    const url = await serve((_request, response) => {
      const answer = new Response(body, { status: 429, headers: { 'retry-after': '3' } });
      void sendWeb(answer, response, goneSignalOf(response));
    });
    const answer = await fetch(url, closing);
    await new Promise((resolve) => {
      setTimeout(resolve, 200);
    });
    expect(left).toBeGreaterThan(0);
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '3']);
    expect((await answer.arrayBuffer()).byteLength).toBe(CHUNKS * chunk.length);
  });

  it('without a body is its status alone', async () => {
    const url = await serve((_request, response) => {
      void sendWeb(new Response(null, { status: 202 }), response, goneSignalOf(response));
    });
    const answer = await fetch(url, closing);
    expect([answer.status, await answer.text()]).toEqual([202, '']);
  });

  it('is let go by its maker when the client goes', async () => {
    const cancelled = vi.fn<() => void>();
    const url = await serve((_request, response) => {
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          controller.enqueue(new Uint8Array(262_144));
        },
        cancel: cancelled,
      });
      void sendWeb(new Response(body), response, goneSignalOf(response));
    });
    const asking = get(url).on('error', () => undefined);
    asking.on('response', (answer) => {
      answer.on('error', () => undefined);
      asking.destroy();
    });
    await vi.waitFor(() => {
      expect(cancelled).toHaveBeenCalled();
    });
  });
});
