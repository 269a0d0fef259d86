import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { listen } from '../../src/api/listen.ts';
import { startApiWith } from '../support/api.ts';

const sockets: Socket[] = [];

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Sends requests on one connection without waiting for their answers. */
async function pipeline(url: string, requests: readonly string[]): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(requests.join(''));
  return socket;
}

const GET = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

describe('responses that wait behind another on their connection', () => {
  test('hear once each that it was closed, without a listener each', async () => {
    const COUNT = 50;
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const heard: boolean[] = [];
    let begun = 0;
    const app = express().get('/', (_request, response) => {
      begun += 1;
      response.on('close', () => {
        heard.push(response.writableFinished);
      });
    });
    const server = await listen({ app, host: '127.0.0.1', port: 0 });
    const socket = await pipeline(
      server.url,
      Array.from({ length: COUNT }, () => GET),
    );
    await expect.poll(() => begun).toBe(COUNT);
    socket.destroy();
    await expect.poll(() => heard.length).toBe(COUNT);
    await server.close();

    expect(heard).toEqual(Array.from({ length: COUNT }, () => false));
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test('are sent in their turn, and close as sent', async () => {
    const heard: boolean[] = [];
    const answers: (() => void)[] = [];
    const app = express().get('/', (_request, response) => {
      const name = `answer ${String(answers.length)}`;
      response.on('close', () => {
        heard.push(response.writableFinished);
      });
      answers.push(() => {
        response.send(name);
      });
    });
    const server = await listen({ app, host: '127.0.0.1', port: 0 });
    const socket = await pipeline(server.url, [GET, GET, GET]);
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    await expect.poll(() => answers.length).toBe(3);
    for (const answer of answers.toReversed()) answer();
    await expect.poll(() => heard.length).toBe(3);
    socket.destroy();
    await server.close();

    expect(text.match(/answer \d/gu)).toEqual(['answer 0', 'answer 1', 'answer 2']);
    expect(heard).toEqual([true, true, true]);
  });
});

const MODERN = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const MODERN_HEADERS = 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: get_issue\r\n';

function callOf(iid: number, headers: string, meta?: object): string {
  const params = { name: 'get_issue', arguments: { project_id: 'a/b', issue_iid: iid }, _meta: meta };
  const body = JSON.stringify({ jsonrpc: '2.0', id: iid, method: 'tools/call', params });
  return `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n${headers}Content-Length: ${String(body.length)}\r\n\r\n${body}`;
}

test.each([
  ['before 2026-07-28', 'Mcp-Session-Id: s\r\n', undefined],
  ['before 2026-07-28, as a stream', 'Mcp-Session-Id: s\r\nAccept: application/json, text/event-stream\r\n', undefined],
  ['of 2026-07-28', MODERN_HEADERS, MODERN],
  ['of 2026-07-28, as a stream', `${MODERN_HEADERS}Accept: application/json, text/event-stream\r\n`, MODERN],
])('every call of a client %s is cancelled when its connection breaks', async (_, headers, meta) => {
  const signals: AbortSignal[] = [];
  const api = await startApiWith(async (_call, { signal }) => {
    signals.push(signal);
    await once(signal, 'abort', { signal: AbortSignal.timeout(5000) });
    return { ok: true, content: [] };
  });
  const socket = await pipeline(
    api.url,
    [1, 2, 3].map((iid) => callOf(iid, headers, meta)),
  );
  await expect.poll(() => signals.length).toBe(3);
  socket.destroy();
  await expect.poll(() => signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  await api.close();
});
