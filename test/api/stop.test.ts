import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import express from 'express';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createBodyParser } from '../../src/api/body.ts';
import { listen } from '../../src/api/listen.ts';
import type { Listening } from '../../src/api/listen.ts';

/** Far less than the limits for headers and bodies. */
const PATIENCE_MS = 3000;
const PARTS = 15;
/** More than the kernel's buffers hold. */
const LARGE = 30_000_000;

let server: Listening;
const sockets: Socket[] = [];

beforeEach(async () => {
  const app = express();
  app.get('/slow', (_request, response) => {
    let part = 0;
    const timer = setInterval(() => {
      part += 1;
      response.write(`part ${String(part)};`);
      if (part < PARTS) return;
      clearInterval(timer);
      response.end();
    }, 100);
  });
  app.get('/large', (_request, response) => {
    response.send('x'.repeat(LARGE));
  });
  app.get('/', (_request, response) => {
    response.json({});
  });
  app.post('/', ...createBodyParser(1000), (_request, response) => {
    response.json({});
  });
  server = await listen({ app, host: '127.0.0.1', port: 0 });
});

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const whole = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}';

interface Spoken {
  readonly socket: Socket;
  readonly heard: () => string;
}

/** Resolves when the server has read it: its answers come in the order of what was sent to it. */
async function send(words: string): Promise<Spoken> {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
  sockets.push(socket);
  let heard = '';
  socket
    .on('error', () => undefined)
    .on('data', (bytes) => {
      heard += String(bytes);
    });
  await once(socket, 'connect');
  socket.write(words);
  await fetch(server.url);
  return { socket, heard: () => heard };
}

const closesInTime = async (): Promise<boolean> => {
  const tooLate = new Promise<boolean>((resolve) => {
    setTimeout(resolve, PATIENCE_MS, false);
  });
  return Promise.race([server.close().then(() => true), tooLate]);
};

describe('a connection holds up no stop that has sent', () => {
  test.each([
    ['one byte', 'P', ''],
    ['half a header', whole.slice(0, 30), ''],
    ['half a body', whole.slice(0, -1), ''],
    ['one byte after an answer', `${whole}P`, '200'],
    ['half a body that nobody waits for', 'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\nabc', '200'],
  ])('%s', async (_, words, status) => {
    const { socket, heard } = await send(words);
    const isClosed = await closesInTime();
    await expect.poll(() => socket.closed).toBe(true);

    expect(isClosed).toBe(true);
    expect(/(?<= )\d{3}(?= )/u.exec(heard())?.[0] ?? '').toBe(status);
  });
});

test('an answer that is being written is not cut off, however long another connection waits', async () => {
  await send(whole.slice(0, -1));
  const { socket, heard } = await send('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
  await expect.poll(heard).toMatch(/part 1;/u);
  const isClosed = await closesInTime();
  await expect.poll(() => socket.closed).toBe(true);

  expect(heard()).toMatch(new RegExp(`part ${String(PARTS)};\r\n0\r\n\r\n$`, 'u'));
  expect(isClosed).toBe(true);
});

test('an answer that its client takes slowly is not cut off', async () => {
  const { socket, heard } = await send('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  socket.pause();
  const closing = closesInTime();
  setTimeout(() => {
    socket.resume();
  }, 300);
  const isClosed = await closing;
  await expect.poll(() => socket.closed).toBe(true);

  expect(heard().length).toBeGreaterThan(LARGE);
  expect(isClosed).toBe(true);
});

test('a request of which the rest arrives shortly is answered', async () => {
  const { socket, heard } = await send(whole.slice(0, -1));
  const closing = server.close();
  setTimeout(() => {
    socket.write('}');
  }, 300);
  await closing;
  await expect.poll(() => socket.closed).toBe(true);

  expect(heard()).toMatch(/^HTTP\/1\.1 200 /u);
});
