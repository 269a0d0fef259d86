import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import { listenOn } from '../port.ts';
import { messagesOf } from './messages.ts';
import { closeWaiting } from './pipelined.ts';

interface ListenOptions {
  readonly app: Express;
  readonly host: string;
  readonly port: number;
  /** How long a new connection may take to send the headers of its first request. */
  readonly firstHeadersMs?: number;
}

/** Longer than the load balancer's idle time (300 s), so that it never sends into a connection that is being closed. */
const KEEP_ALIVE_MS = 305_000;
const HEADERS_MS = 310_000;
/** A whole request must have arrived by then; Node wants it longer than the headers' limit. */
const REQUEST_MS = 315_000;

/** The headers' limit must outlast an idle connection; a new one has no such excuse. */
const FIRST_HEADERS_MS = 30_000;
const CHECK_MS = 5000;
const MAX_HEADER_BYTES = 16_384;

const SWEEP_MS = 100;
/** What a client has begun to send when the server stops may still arrive for so long. */
const ARRIVAL_MS = 1000;

export interface Listening {
  readonly url: string;
  /** Takes no new connection and resolves when every request that arrived whole is answered. */
  readonly close: () => Promise<void>;
}

export async function listen({
  app,
  host,
  port,
  firstHeadersMs = FIRST_HEADERS_MS,
}: ListenOptions): Promise<Listening> {
  const server = createServer({
    ...messagesOf(app),
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: HEADERS_MS,
    requestTimeout: REQUEST_MS,
    connectionsCheckingInterval: CHECK_MS,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  closeWaiting(server);
  const unanswered = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    unanswered.add(response);
    response.once('close', () => {
      unanswered.delete(response);
    });
    app(request, response);
  });
  const silent = new Map<Socket, NodeJS.Timeout>();
  const heard = (socket: Socket): void => {
    clearTimeout(silent.get(socket));
    silent.delete(socket);
  };
  server.on('connection', (socket) => {
    const timer = setTimeout(() => {
      socket.destroy();
    }, firstHeadersMs);
    silent.set(socket, timer);
    socket.once('close', () => {
      heard(socket);
    });
  });
  server.on('request', ({ socket }) => {
    heard(socket);
  });
  spareUnsent(server, unanswered);
  const taken = await listenOn(server, { host, port, setting: 'PORT' });
  const name = host.includes(':') ? `[${host}]` : host;
  return { url: `http://${name}:${String(taken)}`, close: async () => close(server, { silent, unanswered }) };
}

/** Node takes a connection for idle, and closes it, once its answer was ended, though much of that may still be unsent. */
function spareUnsent(server: Server, unanswered: ReadonlySet<ServerResponse>): void {
  const closeIdle = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    if (![...unanswered].some(({ writableEnded }) => writableEnded)) closeIdle();
  };
}

interface Connected {
  readonly silent: ReadonlyMap<Socket, unknown>;
  readonly unanswered: ReadonlySet<ServerResponse>;
}

/** Whether a response is owed to a whole request, or has been begun: neither may be cut off. */
const isOwed = ({ req, headersSent }: ServerResponse): boolean => req.complete || headersSent;

async function close(server: Server, { silent, unanswered }: Connected): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // Node does not count a connection as idle before its first request, which browsers and balancers open ahead of need.
  for (const socket of silent.keys()) if (socket.bytesRead === 0) socket.destroy();
  const arrivesUntil = performance.now() + ARRIVAL_MS;
  // A connection whose request has just been answered stays open for the next one, which shall go to another replica.
  const sweep = setInterval(() => {
    server.closeIdleConnections();
    // What is left then has sent a part of a request, and Node would wait for the rest as long as the client likes.
    if (performance.now() > arrivesUntil && ![...unanswered].some(isOwed)) server.closeAllConnections();
  }, SWEEP_MS);
  server.closeIdleConnections();
  await closed;
  clearInterval(sweep);
}
