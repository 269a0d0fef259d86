import { once } from 'node:events';
import { createServer } from 'node:http';
import { finished } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { createGitLabClient } from '../../src/gitlab/client.ts';
import { GitLabFailure } from '../../src/gitlab/failure.ts';
import type { IncomingHttpHeaders, OutgoingHttpHeaders, RequestListener, Server } from 'node:http';
import type { Server as NetServer, Socket } from 'node:net';
import type { GitLabClient, Sending } from '../../src/gitlab/client.ts';
import type { GitLabRequest, GitLabResponse } from '../../src/gitlab/request.ts';

export const token = 'glpat-secret-of-ann-0123';

export type Listener = (...exchange: Parameters<RequestListener>) => unknown;

export interface Taken {
  readonly method: string;
  /** Path and query as they came over the wire. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Wire {
  readonly origin: string;
  readonly server: Server;
  readonly taken: Taken[];
  /** Every connection that was ever made. */
  readonly sockets: Socket[];
}

/** A server on 127.0.0.1 that notes what comes and lets the test answer; closed with the test. */
export async function serve(answer: Listener, made: Server = createServer()): Promise<Wire> {
  const taken: Taken[] = [];
  const sockets: Socket[] = [];
  const server = made.on('request', (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
    });
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      taken.push({ method, url, headers, body: Buffer.concat(chunks) });
      answer(request, response);
    });
  });
  server.on('connection', (socket) => {
    sockets.push(socket);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { server, origin: `http://127.0.0.1:${port}`, taken, sockets };
}

export async function listen(server: NetServer): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

type Options = Parameters<typeof createGitLabClient>[0];

/** A client for the API at `<origin>/api/v4`, closed with the test. */
export function clientOf(origin: string, options: Partial<Options> = {}): GitLabClient {
  const client = createGitLabClient({
    apiUrl: `${origin}/api/v4`,
    connectTimeoutMs: 5000,
    headersTimeoutMs: 5000,
    bodyTimeoutMs: 5000,
    maxBodyBytes: 1_000_000,
    maxBytesInFlight: 100_000_000,
    maxConnections: 4,
    userAgent: 'test/1',
    ...options,
  });
  onTestFinished(async () => client.close());
  return client;
}

export function get(path: string, request: Partial<GitLabRequest> = {}): GitLabRequest {
  return { method: 'GET', path, query: {}, accept: 'json', ...request };
}

export function post(path: string, body: GitLabRequest['body'] = {}): GitLabRequest {
  return { method: 'POST', path, query: {}, body, accept: 'json' };
}

export function as(sending: Partial<Sending> = {}): Sending {
  return { token, signal: new AbortController().signal, ...sending };
}

/** The failure that a call ends in. */
export async function failureOf(call: Promise<GitLabResponse>): Promise<GitLabFailure> {
  const outcome: unknown = await call.catch((error: unknown) => error);
  if (outcome instanceof GitLabFailure) return outcome;
  throw new Error('the call did not end in a GitLabFailure', { cause: outcome });
}

/** Answers with a status, some headers and a body. */
export function answers(body: string | Buffer = '{}', status = 200, headers: OutgoingHttpHeaders = {}): Listener {
  return (_, response) => {
    response.writeHead(status, headers).end(body);
  };
}

/** Answers with a beginning, then drops the connection. */
export function breaksOff(beginning: string, status: number, headers: OutgoingHttpHeaders = {}): Listener {
  return (_, response) => {
    response.writeHead(status, headers).write(beginning, () => {
      response.destroy();
    });
  };
}

/** Answers after some milliseconds. */
export function answersLate(delayMs: number, body = '{}'): Listener {
  return (_, response) => {
    setTimeout(() => {
      response.end(body);
    }, delayMs);
  };
}

/** Resolves once all these connections are closed; a reset counts. */
export async function closed(sockets: readonly Socket[]): Promise<void> {
  await Promise.all(sockets.map(async (socket) => finished(socket).catch(() => undefined)));
}
