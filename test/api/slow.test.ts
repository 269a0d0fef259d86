import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBodyParser } from '../../src/api/body.ts';
import { listen } from '../../src/api/listen.ts';
import type { Listening } from '../../src/api/listen.ts';

const HEADERS_MS = 400;
const BODY_MS = 400;
/** Far more than both limits, far less than what the bytes would take. */
const PATIENCE_MS = 3000;

let server: Listening;

beforeEach(async () => {
  const app = express();
  app.post('/', ...createBodyParser(1000, BODY_MS), (_request, response) => {
    response.json({});
  });
  app.get('/', (_request, response) => {
    response.json({});
  });
  server = await listen({ app, host: '127.0.0.1', port: 0, firstHeadersMs: HEADERS_MS });
});

afterEach(async () => server.close());

const post = (length: number): string =>
  `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${String(length)}\r\n\r\n`;

async function dial(): Promise<Socket> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Sends `first` at once and the rest a byte at a time; resolves with what came back once it is cut off. */
async function trickle(first: string, rest: string): Promise<{ readonly heard: string; readonly ms: number }> {
  const begun = performance.now();
  const socket = await dial();
  let heard = '';
  socket
    .on('error', () => undefined)
    .on('data', (bytes) => {
      heard += bytes.toString();
    });
  socket.write(first);
  const bytes = rest[Symbol.iterator]();
  const timer = setInterval(() => {
    socket.write(bytes.next().value ?? ' ');
  }, 20);
  await once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
  clearInterval(timer);
  return { heard, ms: performance.now() - begun };
}

test('a client that sends its headers byte by byte is cut off', async () => {
  const { heard, ms } = await trickle('', `GET / HTTP/1.1\r\nX: ${'a'.repeat(1000)}`);

  expect(heard).toBe('');
  expect(ms).toBeGreaterThanOrEqual(HEADERS_MS - 50);
});

test('a client that connects and says nothing is cut off', async () => {
  const socket = await dial();
  socket.resume();

  await once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
  expect(socket.closed).toBe(true);
});

test('a client that sends its body byte by byte is told 408 and cut off', async () => {
  const { heard } = await trickle(post(900), 'x'.repeat(900));

  expect(heard).toMatch(/^HTTP\/1\.1 408 .*The body did not arrive within 0\.4 s/su);
});

test('an idle connection outlasts these limits and serves the next request', async () => {
  const socket = await dial();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  await once(socket, 'data');
  const asked = setTimeout(() => {
    socket.write(`${post(2)}{}`);
  }, HEADERS_MS + BODY_MS);
  const [bytes]: unknown[] = await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE_MS) });
  clearTimeout(asked);
  socket.destroy();

  expect(String(bytes)).toMatch(/^HTTP\/1\.1 200 /u);
});

test('a connection that never said anything holds up no stop', async () => {
  const app = express();
  const patient = await listen({ app, host: '127.0.0.1', port: 0 });
  const socket = connect(Number(new URL(patient.url).port), '127.0.0.1');
  socket.resume();
  await once(socket, 'connect');
  // Only now has the server taken the connection too.
  await fetch(patient.url);
  const gone = once(socket, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) });
  const closing = patient.close();
  await gone.finally(() => {
    socket.destroy();
  });
  await closing;

  expect(socket.closed).toBe(true);
});

test('headers of more than 16 kB are refused', async () => {
  const response = await fetch(server.url, { headers: { 'X-Large': 'a'.repeat(17_000) } });

  expect(response.status).toBe(431);
});
