import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { dress, jsonAnswer } from './answer.ts';
import type { Answer } from './answer.ts';
import { identify } from './auth.ts';
import { control } from './control.ts';
import { Refusal } from './errors.ts';
import type { Faults } from './faults.ts';
import { handle } from './handle.ts';
import { parseBody, readBody, splitTarget } from './incoming.ts';
import type { Body } from './incoming.ts';
import type { Journal, Outcome } from './journal.ts';
import type { Limits } from './limits.ts';
import { play, retryLater, send } from './play.ts';
import type { Router } from './router.ts';
import type { Store } from './store.ts';

/** What the server is made of. */
export interface Parts {
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly limits: Limits;
  readonly router: Router;
}

/** Answers one request; the control endpoints go past limits, faults and journal. */
export async function serve(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const { path, search } = splitTarget(url);
  if (path.startsWith('/__control/')) {
    send(response, control(parts, { method, path, content: await readBody(request) }));
    return;
  }
  await serveApi(parts, { method, path, search }, { request, response });
}

interface Target {
  readonly method: string;
  readonly path: string;
  readonly search: string;
}

interface Wire {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

async function serveApi(parts: Parts, target: Target, { request, response }: Wire): Promise<void> {
  const startedAt = performance.now();
  const { store, journal } = parts;
  const { method, path, search } = target;
  const caller = identify(store, request.headers);
  const who = { token: caller.token, user: caller.user?.username ?? null };
  const requestId = randomUUID().replaceAll('-', '');
  const note = journal.begin({ method, path, query: search.slice(1), ...who, requestId });
  const { verdict, fault, delayMs } = judge(parts, { method, path, ...who, ip: request.socket.remoteAddress ?? '' });
  note({ early: verdict.early, fault: fault?.kind ?? (delayMs > 0 ? 'slow' : null) });
  watch(response, note, fault?.kind.startsWith('reset') === true);
  const body = await receive(request);
  note({ body: body.shown });
  const apply = (): Answer => {
    if (verdict.refused) return retryLater;
    return body.refusal ?? handle(parts, { ...target, caller, body: body.parsed });
  };
  const ifNoneMatch = request.headers['if-none-match'];
  const dressing = { method, ifNoneMatch, requestId, startedAt, rateLimit: verdict.headers };
  const exchange = {
    request,
    response,
    url: store.url,
    apply,
    dress: (answer: Answer) => dress(answer, dressing),
    answering: (status: number) => {
      note({ status });
    },
  };
  await play(fault, exchange, delayMs);
}

interface Suspect {
  readonly method: string;
  readonly path: string;
  readonly user: string | null;
  readonly token: string | null;
  readonly ip: string;
}

/** What the limits say of a request and, if they let it pass, which fault it meets. */
function judge({ limits, faults }: Parts, suspect: Suspect): Judgement {
  const verdict = limits.check(suspect);
  const { fault, delayMs } = verdict.refused ? unharmed : faults.pick(suspect);
  if (fault !== undefined && 'retryAfterSeconds' in fault) limits.hold(suspect, fault.retryAfterSeconds ?? 0);
  return { verdict, fault, delayMs };
}

interface Judgement extends ReturnType<Faults['pick']> {
  readonly verdict: ReturnType<Limits['check']>;
}

const unharmed = { fault: undefined, delayMs: 0 };

/** Writes down when the client goes away before the answer is out. */
function watch(response: ServerResponse, note: (outcome: Outcome) => void, resetByFault: boolean): void {
  response.once('close', () => {
    if (!resetByFault && !response.writableFinished) note({ aborted: true });
  });
}

interface Received {
  readonly parsed: Body;
  /** For the journal. */
  readonly shown: unknown;
  readonly refusal?: Answer;
}

const nothing: Received = { parsed: { values: {}, file: undefined }, shown: undefined };

async function receive(request: IncomingMessage): Promise<Received> {
  if (request.method === 'GET') return nothing;
  const content = await readBody(request);
  if (content.length === 0) return nothing;
  try {
    const parsed = parseBody(request.headers['content-type'] ?? '', content);
    const file = parsed.file && { file: { filename: parsed.file.filename, bytes: parsed.file.bytes.length } };
    return { parsed, shown: { ...parsed.values, ...file } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ...nothing, shown: content.toString('utf8'), refusal: jsonAnswer(error.status, error.body) };
  }
}
