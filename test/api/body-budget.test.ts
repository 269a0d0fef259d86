import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { gzipSync } from 'node:zlib';
import express from 'express';
import type { Response } from 'express';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBodyBudget } from '../../src/api/body-budget.ts';
import { createBodyParser } from '../../src/api/body.ts';
import { listen } from '../../src/api/listen.ts';
import type { Listening } from '../../src/api/listen.ts';
import { startApiWith } from '../support/api.ts';
import { callTool } from '../support/clients.ts';

const MAX = 100_000;
/** Room for two and a half of the largest. */
const BUDGET = 250_000;

let server: Listening;
/** The calls under way, in the order in which their bodies were there. */
let held: Response[];
let begun: ClientRequest[];
/** Calls whose bodies were let in, there or not. */
let letIn: number;

beforeEach(async () => {
  held = [];
  begun = [];
  letIn = 0;
  const app = express();
  app.post('/', createBodyBudget({ maxBytes: MAX, inFlight: BUDGET }));
  app.use((_request, _response, next) => {
    letIn += 1;
    next();
  });
  app.post('/', ...createBodyParser(MAX));
  app.post('/', (_request, response) => {
    held.push(response);
  });
  app.use((error: { status: number }, _request: unknown, response: Response, _next: unknown) => {
    response.status(error.status).end();
  });
  server = await listen({ app, host: '127.0.0.1', port: 0 });
});

afterEach(async () => {
  for (const each of begun) each.destroy();
  await server.close();
});

const bodyOf = (bytes: number): string => JSON.stringify({ pad: 'x'.repeat(bytes - 10) });

/** Begins a request, its body declared by the headers, and sends `body` of it. */
function begin(headers: OutgoingHttpHeaders, body: string | Buffer = ''): ClientRequest {
  const sent = request(server.url, { method: 'POST', headers: { 'Content-Type': 'application/json', ...headers } });
  sent.on('error', () => undefined).flushHeaders();
  if (body.length > 0) sent.write(body);
  begun.push(sent);
  return sent;
}

const declared = (bytes: number): ClientRequest => begin({ 'Content-Length': bytes }, bodyOf(bytes));

const answered = async (sent: ClientRequest): Promise<IncomingMessage> => {
  const [response]: IncomingMessage[] = await once(sent, 'response', { signal: AbortSignal.timeout(3000) });
  if (response === undefined) throw new TypeError('no response');
  return response;
};

/** Resolves once so many calls are under way. */
const underWay = async (calls: number): Promise<void> =>
  vi.waitFor(() => {
    expect(held).toHaveLength(calls);
  });

async function fill(): Promise<void> {
  declared(MAX);
  declared(MAX);
  await underWay(2);
}

test('a body that finds no room is refused by its headers, before any of it has come', async () => {
  await fill();
  const { statusCode, headers } = await answered(begin({ 'Content-Length': 50_001 }));
  declared(50_000);
  await underWay(3);

  expect([statusCode, headers['retry-after']]).toEqual([429, '1']);
});

test('small bodies are taken however full it is', async () => {
  await fill();
  declared(50_000);
  for (let call = 0; call < 20; call += 1) declared(16_384);
  await underWay(23);

  expect((await answered(declared(16_385))).statusCode).toBe(429);
});

test.each<[string, () => void]>([
  ['is answered', () => void held[0]?.json({})],
  ['has lost its client', () => void begun[0]?.destroy()],
])('there is room again once a call %s', async (_, end) => {
  await fill();
  end();
  await vi.waitFor(() => {
    expect(held.some(({ closed }) => closed)).toBe(true);
  });
  declared(MAX);
  await underWay(3);

  expect((await answered(declared(MAX))).statusCode).toBe(429);
});

test('one alone is always taken', async () => {
  await server.close();
  const app = express();
  app.post('/', createBodyBudget({ maxBytes: MAX, inFlight: 1 }), ...createBodyParser(MAX), (_request, response) => {
    held.push(response);
  });
  server = await listen({ app, host: '127.0.0.1', port: 0 });
  declared(MAX);
  await underWay(1);

  expect((await answered(declared(MAX))).statusCode).toBe(429);
});

test('a body larger than any that is taken hears so, and not that it may come again', async () => {
  await fill();

  expect((await answered(declared(MAX + 1))).statusCode).toBe(413);
});

test('a body that does not say its length counts as the largest until it is there, then as what it is', async () => {
  declared(MAX);
  const open = begin({}, '{"pad":');
  await underWay(1);
  await vi.waitFor(() => {
    expect(letIn).toBe(2);
  });
  const { statusCode } = await answered(declared(50_001));
  open.end('1}');
  await underWay(2);
  declared(MAX);
  await underWay(3);

  expect([statusCode, (await answered(declared(50_001))).statusCode]).toEqual([429, 429]);
});

test('a packed body counts as the largest, however small it is packed', async () => {
  const packed = gzipSync(bodyOf(50_000));
  for (let call = 0; call < 2; call += 1)
    begin({ 'Content-Length': packed.length, 'Content-Encoding': 'gzip' }, packed);
  await underWay(2);

  expect((await answered(declared(50_001))).statusCode).toBe(429);
});

test('small calls are answered while large ones are under way', async () => {
  const end = new EventTarget();
  const running: string[] = [];
  const api = await startApiWith(
    async ({ tool }) => {
      running.push(tool);
      if (tool === 'create_issue') await once(end, tool);
      return { ok: true, content: [{ type: 'text', text: tool }] };
    },
    { MAX_BODY_BYTES: '100000', MAX_BODY_BYTES_IN_FLIGHT: '150000' },
  );
  const large = async (): ReturnType<typeof callTool> =>
    callTool(api.url, {
      name: 'create_issue',
      args: { project_id: 1, title: 'large', description: 'x'.repeat(90_000) },
    });
  const first = large();
  await vi.waitFor(() => {
    expect(running).toEqual(['create_issue']);
  });
  const second = await large();
  const small = await callTool(api.url, { name: 'get_project', args: { project_id: 1 } });
  end.dispatchEvent(new Event('create_issue'));
  const answer = await first;
  const third = large();
  await vi.waitFor(() => {
    expect(running).toEqual(['create_issue', 'get_project', 'create_issue']);
  });
  end.dispatchEvent(new Event('create_issue'));

  expect(second).toEqual({ isError: true, text: expect.stringMatching(/^BUSY: .* call again in 1 s\.$/u) });
  expect(small).toEqual({ isError: false, text: 'get_project' });
  expect([answer, await third]).toEqual([
    { isError: false, text: 'create_issue' },
    { isError: false, text: 'create_issue' },
  ]);
  await api.close();
});
