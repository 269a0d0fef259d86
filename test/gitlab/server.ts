import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dress, jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { identify } from './auth.ts';
import { control } from './control.ts';
import { Refusal } from './errors.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './faults.ts';
import { handle } from './handle.ts';
import { parseBody, readBody, splitTarget } from './incoming.ts';
import type { Body } from './incoming.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { createLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { play, send } from './play.ts';
import { createRouter } from './router.ts';
import type { Router } from './router.ts';
import { allRoutes } from './routes/index.ts';
import { seedSample } from './seed/sample.ts';
import { createStore } from './store.ts';
import type { Store, Timings } from './store.ts';

interface GitLabOptions {
  /** A free port by default. */
  readonly port?: number;
  /** `sample` by default. */
  readonly seed?: 'sample' | 'empty';
  readonly now?: () => number;
  readonly timings?: Partial<Timings>;
}

/** A stand-in GitLab that listens on 127.0.0.1. */
export interface GitLabServer {
  readonly url: string;
  /** `url` with /api/v4. */
  readonly apiUrl: string;
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: Limits;
  close(): Promise<void>;
}

interface Parts {
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly router: Router;
}

/** Starts a stand-in GitLab in this process. */
export async function startGitLab(options: GitLabOptions = {}): Promise<GitLabServer> {
  const { port = 0, seed = 'sample', now = Date.now, timings } = options;
  const server = createServer({ keepAliveTimeout: 75_000 });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the stand-in GitLab has no port');
  const url = `http://127.0.0.1:${String(address.port)}`;
  const store = createStore({ url, now, timings: { mergeCheckMs: 50, importMs: 100, ...timings } });
  if (seed === 'sample') seedSample(store);
  const limits = createLimits({ now });
  const parts = { store, journal: createJournal({ now }), faults: createFaults(), limits, router: createRouter(allRoutes) };
  server.on('request', (request, response) => {
    serve(parts, request, response).catch((error: unknown) => {
      process.stderr.write(`stand-in GitLab: ${String(error)}\n`);
      response.destroy();
    });
  });
  return {
    url,
    apiUrl: `${url}/api/v4`,
    ...parts,
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const startedAt = performance.now();
  const { path, search } = splitTarget(request.url ?? '/');
  if (path.startsWith('/__control/')) {
    send(response, control(parts, request.method ?? 'GET', path, await readBody(request)));
    return;
  }
  const { store, journal, faults, limits } = parts;
  const method = request.method ?? 'GET';
  const requestId = randomUUID().replaceAll('-', '');
  const caller = identify(store, request.headers);
  const who = { token: caller.token, user: caller.user?.username ?? null };
  const note = journal.begin({ method, path, query: search.slice(1), ...who, requestId });
  const verdict = limits.check({ token: caller.token, ip: request.socket.remoteAddress ?? '', path });
  note({ early: verdict.early });
  const body = await receive(request);
  note({ body: body.shown });
  const ifNoneMatch = request.headers['if-none-match'];
  const finish = (answer: Answer): Answer =>
    dress(answer, { method, ifNoneMatch, requestId, startedAt, rateLimit: verdict.headers });
  if (verdict.refused) {
    note({ status: 429 });
    send(response, finish({ status: 429, headers: { 'Content-Type': 'text/plain' }, body: 'Retry later\n' }));
    return;
  }
  const { fault, delayMs } = faults.pick({ method, path, ...who });
  note({ fault: fault?.kind ?? (delayMs > 0 ? 'slow' : null) });
  const reset = fault?.kind === 'resetBefore' || fault?.kind === 'resetAfter';
  response.once('close', () => {
    note(response.headersSent ? { status: response.statusCode } : {});
    if (!reset && !response.writableFinished) note({ aborted: true });
  });
  const apply = (): Answer =>
    body.refusal ?? handle(parts, { method, path, search, caller, body: body.parsed });
  await play(fault, { request, response, url: store.url, apply, dress: finish }, delayMs);
}

interface Received {
  readonly parsed: Body;
  /** For the journal. */
  readonly shown: unknown;
  readonly refusal: Answer | undefined;
}

async function receive(request: IncomingMessage): Promise<Received> {
  const nothing = { parsed: { values: {}, file: undefined }, shown: undefined, refusal: undefined };
  if (request.method === 'GET') return nothing;
  const content = await readBody(request);
  if (content.length === 0) return nothing;
  try {
    const parsed = parseBody(request.headers['content-type'] ?? '', content);
    const file = parsed.file && { file: { filename: parsed.file.filename, bytes: parsed.file.bytes.length } };
    return { parsed, shown: { ...parsed.values, ...file }, refusal: undefined };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...nothing, shown: content.toString('utf8'), refusal: jsonAnswer(error.status, error.body) };
  }
}
